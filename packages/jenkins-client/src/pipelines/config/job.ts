import type {
  DiscarderSpec,
  DurabilityHint,
  InlinePipelineSpec,
  ItemSettings,
  JobSettings,
  ScmPipelineSpec,
} from '../spec.ts';
import { Reading, type Field } from './field.ts';
import { gitScm } from './git.ts';
import { group, type Fields } from './group.ts';
import { flag, limit, nothing, optionalNumber, optionalText, text } from './leaves.ts';
import { mapped, orNull, presence } from './mapped.ts';
import { parameters } from './parameters.ts';
import { isOf, item, typed } from './places.ts';
import { triggers } from './triggers.ts';

/** The Java class of a pipeline with builds of its own, and the root of its configuration. */
export const JOB_CLASS = 'org.jenkinsci.plugins.workflow.job.WorkflowJob';
export const JOB_ROOT = 'flow-definition';

/** What every kind of item has. A form knows only `enable`: without it, the item is saved disabled. */
export const itemFields: Fields<ItemSettings> = {
  description: text('description'),
  displayName: orNull(optionalText('displayName', 'displayNameOrNull')),
  disabled: {
    ...flag('disabled'),
    encode(value, form) {
      form['enable'] = !(value ?? false);
    },
  },
};

/** A property that is one thing among `properties`, present when its box is ticked. */
function property<T>(javaClass: string, inner: Field<T>): Field<T | undefined> {
  return item('properties', javaClass, inner, { in: 'bag', constants: { specified: true } });
}

const LOG_ROTATOR = 'hudson.tasks.LogRotator';

/** Which builds are kept; undefined where that is told by another class. */
function rotator(name: string): Field<DiscarderSpec | undefined> {
  const settings = typed(
    name,
    LOG_ROTATOR,
    group<DiscarderSpec>(
      {
        daysToKeep: limit('daysToKeep', 'daysToKeepStr', 0),
        buildsToKeep: limit('numToKeep', 'numToKeepStr', 0),
        artifactDaysToKeep: limit('artifactDaysToKeep', 'artifactDaysToKeepStr'),
        artifactBuildsToKeep: limit('artifactNumToKeep', 'artifactNumToKeepStr'),
      },
      {},
      { removeLastBuild: 'false' },
    ),
  );
  return {
    encode: (value, form) => settings.encode(value ?? {}, form),
    read: (holder, reading) =>
      isOf(holder?.child(name), LOG_ROTATOR) ? settings.read(holder, reading) : undefined,
    patch: (holder, value, patching) => settings.patch(holder, value ?? {}, patching),
  };
}

const discarderProperty = property('jenkins.model.BuildDiscarderProperty', rotator('strategy'));
const oldDiscarder = rotator('logRotator');

/** Before Jenkins 1.637 it was no property; such a file still counts as long as there is no property (Job). */
const discarder: Field<DiscarderSpec | undefined> = {
  ...discarderProperty,
  read: (holder, reading) => discarderProperty.read(holder, reading) ?? oldDiscarder.read(holder, reading),
  patch(holder, value, patching) {
    if (oldDiscarder.read(holder, new Reading()) !== undefined) holder.removeNamed('logRotator');
    discarderProperty.patch(holder, value, patching);
  },
};

const concurrencyProperty = mapped<boolean | 'abort-previous', boolean | undefined>(
  property(
    'org.jenkinsci.plugins.workflow.job.properties.DisableConcurrentBuildsJobProperty',
    flag('abortPrevious'),
  ),
  (value) => (value === true ? undefined : value === 'abort-previous'),
  (abortPrevious) => (abortPrevious === undefined ? true : abortPrevious && 'abort-previous'),
);
const oldConcurrency = flag('concurrentBuild');

/** Before workflow-job 2.4 it was no property; what such a file says wins when it is loaded (WorkflowJob.onLoad). */
const concurrentBuilds: Field<boolean | 'abort-previous'> = {
  ...concurrencyProperty,
  read(holder, reading) {
    const now = concurrencyProperty.read(holder, reading);
    if (holder?.child('concurrentBuild') === undefined) return now;
    return oldConcurrency.read(holder, reading) || (now !== true && now);
  },
  patch(holder, value, patching) {
    holder.removeNamed('concurrentBuild');
    concurrencyProperty.patch(holder, value, patching);
  },
};

const durability = mapped<DurabilityHint | null, string | undefined>(
  property('org.jenkinsci.plugins.workflow.job.properties.DurabilityHintJobProperty', text('hint')),
  (value) => value ?? undefined,
  (value) => (value === undefined ? null : (value as DurabilityHint)),
);

const resumable = mapped<boolean, boolean>(
  presence(property('org.jenkinsci.plugins.workflow.job.properties.DisableResumeJobProperty', nothing)),
  (value) => !value,
  (value) => !value,
);

/** The form has it beside the structured JSON, behind a box to tick. Read in source (WorkflowJob.submit), not tried. */
const quietPeriodS: Field<number | null> = {
  ...orNull(optionalNumber('quietPeriod')),
  encode(value, form) {
    if (value !== null) Object.assign(form, { hasCustomQuietPeriod: 'on', quiet_period: String(value) });
  },
};

const jobFields: Fields<JobSettings> = {
  ...itemFields,
  parameters,
  discarder: orNull(discarder),
  concurrentBuilds,
  triggers,
  durability,
  resumable,
  quietPeriodS,
};

/** What absent settings of a job stand for. */
const JOB_DEFAULTS: Required<JobSettings> = {
  description: '',
  displayName: null,
  disabled: false,
  parameters: [],
  discarder: null,
  concurrentBuilds: true,
  triggers: {},
  durability: null,
  resumable: true,
  quietPeriodS: null,
};

/** What Jenkins keeps in a job's configuration beside settings. */
const BOOKKEEPING = { actions: null, keepDependencies: 'false', triggers: '' };

const INLINE_DEFINITION = 'org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition';
const SCM_DEFINITION = 'org.jenkinsci.plugins.workflow.cps.CpsScmFlowDefinition';

/** The Java class of the definition of each kind of job, and what a new one holds. */
export const DEFINITIONS = {
  inline: { javaClass: INLINE_DEFINITION, blank: { script: '', sandbox: 'false' } },
  scm: { javaClass: SCM_DEFINITION, blank: { scriptPath: 'Jenkinsfile', lightweight: 'false' } },
} as const;

/** A pipeline whose script is part of its configuration. */
export const inlinePipeline = group<Omit<InlinePipelineSpec, 'kind'>>(
  {
    ...jobFields,
    script: typed('definition', INLINE_DEFINITION, text('script')),
    sandbox: typed('definition', INLINE_DEFINITION, flag('sandbox')),
  },
  { ...JOB_DEFAULTS, sandbox: true },
  BOOKKEEPING,
);

/** A pipeline whose script comes from a repository. */
export const scmPipeline = group<Omit<ScmPipelineSpec, 'kind'>>(
  {
    ...jobFields,
    scm: typed('definition', SCM_DEFINITION, gitScm),
    scriptPath: typed('definition', SCM_DEFINITION, text('scriptPath', 'scriptPath', 'Jenkinsfile')),
    lightweight: typed('definition', SCM_DEFINITION, flag('lightweight')),
  },
  { ...JOB_DEFAULTS, scriptPath: 'Jenkinsfile', lightweight: true },
  BOOKKEEPING,
);
