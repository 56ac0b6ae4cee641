import { formatDiagnostic, parseJenkinsfile, type Pipeline as JenkinsPipeline } from '@armillary/jenkinsfile';
import {
  label as tektonLabel,
  runnerName,
  tektonApiVersion,
  type PipelineRun as TektonRun,
} from '@armillary/tekton';
import { convertToTekton, type Conversion } from '../../convert/convert.ts';
import { UnknownParameterError, type ParameterDeclaration } from '../../convert/parameters.ts';
import { label } from '../../kinds/metadata.ts';
import type { PipelineRun } from '../../kinds/pipeline-run.ts';
import type { PipelineSpec } from '../../kinds/pipeline.ts';
import { RunFailure } from '../failure.ts';
import { givenParameters } from '../given-parameters.ts';

/** Conditions and events stay readable: more findings than this are counted only. */
const MAX_FINDINGS = 10;
/** Tekton uses the name of a run as the value of labels. */
const MAX_NAME = 63;

/** What the Tekton engine is configured with. */
export interface TektonEngineOptions {
  /** The image of `agent any`. */
  readonly image?: string;
  /** The `spec.managedBy` of the runs: who runs them. Our own runner unless told; an empty text leaves it out. */
  readonly managedBy?: string;
  /** The size of a run's workspace. */
  readonly workspaceSize?: string;
}

/**
 * The tekton.dev PipelineRun for a run whose number is taken. Pure.
 * Throws RunFailure when the pipeline cannot run on Tekton, with the lines of the Jenkinsfile that say why.
 */
export function startTektonRun(
  run: PipelineRun,
  spec: PipelineSpec,
  buildNumber: number,
  options: TektonEngineOptions,
): TektonRun {
  const { name = '', namespace = '', uid = '' } = run.metadata;
  if (name.length > MAX_NAME) {
    throw new RunFailure(
      'InvalidName',
      `Tekton needs names of at most ${MAX_NAME} characters; this run's name has ${name.length}.`,
    );
  }
  const pipelineName = run.spec.pipelineRef.name ?? '';
  const { spec: runSpec, report } = convertSpec(spec, {
    jobName: `${namespace}/${pipelineName}`,
    buildNumber,
    parameters: givenParameters(run),
    ...options,
  });
  if (runSpec === undefined) throw new RunFailure('UnsupportedJenkinsfile', refusalMessage({ report }));
  const managedBy = options.managedBy ?? runnerName;
  const pipelineLabel = run.metadata.labels?.[label.pipeline];
  return {
    apiVersion: tektonApiVersion,
    kind: 'PipelineRun',
    metadata: {
      name,
      namespace,
      labels: {
        // Tekton would set it itself, in one more write.
        [tektonLabel.pipeline]: name,
        ...(pipelineLabel !== undefined && { [label.pipeline]: pipelineLabel }),
      },
      ownerReferences: [
        { apiVersion: run.apiVersion, kind: run.kind, name, uid, controller: true, blockOwnerDeletion: true },
      ],
    },
    spec: { ...runSpec, ...(managedBy !== '' && { managedBy }) },
  };
}

/** Converts the Jenkinsfile of a pipeline. Throws RunFailure when it is missing, broken, or its parameters are wrong. */
export function convertSpec(
  spec: PipelineSpec,
  input: Omit<Parameters<typeof convertToTekton>[1], 'declarations'>,
): Conversion {
  if (spec.type !== 'pipeline') {
    throw new RunFailure(
      'UnsupportedPipeline',
      `Pipelines of type ${spec.type} do not run on Tekton yet, only those of type pipeline.`,
    );
  }
  const pipeline = parsed(spec.pipeline?.jenkinsfile ?? '');
  try {
    return convertToTekton(pipeline, { ...input, declarations: declaredParameters(spec) });
  } catch (error) {
    if (!(error instanceof UnknownParameterError)) throw error;
    throw new RunFailure('InvalidParameters', error.message);
  }
}

/** What a conversion refused, by line. */
export function refusalMessage({ report }: Pick<Conversion, 'report'>): string {
  const refused = report.filter((entry) => entry.fidelity === 'refused');
  return findings(
    'The Jenkinsfile uses what does not run on Tekton yet',
    refused.map(({ line, construct, detail }) => `line ${line}: ${construct}: ${detail ?? ''}`),
  );
}

function parsed(jenkinsfile: string): JenkinsPipeline {
  if (jenkinsfile.trim() === '')
    throw new RunFailure(
      'InvalidJenkinsfile',
      'The Pipeline has no Jenkinsfile: write one into spec.pipeline.jenkinsfile.',
    );
  const { pipeline, diagnostics } = parseJenkinsfile(jenkinsfile);
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (pipeline !== undefined && errors.length === 0) return pipeline;
  throw new RunFailure(
    'InvalidJenkinsfile',
    findings(
      'The Jenkinsfile is not valid',
      errors.map((error) => `line ${formatDiagnostic(error)}`),
    ),
  );
}

function findings(title: string, all: readonly string[]): string {
  const shown = all.slice(0, MAX_FINDINGS).map((finding) => finding.slice(0, 400));
  const rest = all.length - shown.length;
  return `${title}. ${shown.join(' | ')}${rest > 0 ? ` | and ${rest} more` : ''}`;
}

/** The parameters that the Pipeline object declares. The Jenkinsfile's own win over them. */
function declaredParameters(spec: PipelineSpec): ParameterDeclaration[] {
  return (spec.pipeline?.parameters ?? []).map(({ name, type, default_value, description }) => {
    if (type !== 'string' && type !== 'text') {
      throw new RunFailure(
        'UnsupportedPipeline',
        `The parameter "${name}" has the type ${type}; only string and text run on Tekton yet.`,
      );
    }
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      throw new RunFailure(
        'InvalidParameters',
        `The parameter name "${name}" is no name of an environment variable.`,
      );
    }
    return {
      name,
      default: default_value ?? '',
      ...(description !== undefined && { description }),
      trim: false,
    };
  });
}
