import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '@armillary/kube';
import { CommandError } from '../command-error.ts';

/** The project, and so the namespace, of everything that `armillary run` runs. */
export const namespace = 'run';

/** What `armillary run` creates, in this order, and which of it are the runs to wait for. */
export interface Manifests {
  objects: KubeObject[];
  runs: KubeObject[];
}

const devops = 'devops.kubesphere.io/v1alpha3';
const tekton = 'tekton.dev/v1';

/**
 * Reads the files of one `armillary run`: manifests by their ending (.yaml, .yml, .json), anything else as a
 * Jenkinsfile. Definitions without any run get one run of the last of them, with `parameters`; manifests that hold a
 * run take no parameters. Throws `CommandError` for what cannot be read.
 */
export async function readManifests(files: string[], parameters: Record<string, string>): Promise<Manifests> {
  const objects: KubeObject[] = [];
  for (const file of files) {
    const text = await read(file);
    const isManifest = ['.yaml', '.yml', '.json'].includes(extname(file));
    objects.push(...(isManifest ? parseManifests(file, text) : [pipelineOf(file, text)]));
  }
  for (const object of objects) object.metadata = { ...object.metadata, namespace };
  const named = objects.filter(isRun);
  if (named.length > 0) {
    if (Object.keys(parameters).length > 0) {
      throw new CommandError(
        'usage',
        '-p goes with definitions only: the files hold a run with its own parameters',
      );
    }
    return { objects: objects.filter((o) => !isRun(o)), runs: named };
  }
  const definition =
    objects.findLast((o) => o.kind === 'Pipeline') ?? objects.findLast((o) => o.kind === 'Task');
  if (!definition)
    throw new CommandError('usage', 'the files hold nothing to run: no Pipeline, Task or run of one');
  return { objects, runs: [runOf(definition, parameters)] };
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new CommandError('usage', `cannot read ${file}: ${(error as Error).message}`, { cause: error });
  }
}

function parseManifests(file: string, text: string): KubeObject[] {
  return parseAllDocuments(text).flatMap((document) => {
    const [problem] = document.errors;
    if (problem) throw new CommandError('usage', `${file}: ${problem.message}`);
    const object = document.toJS() as KubeObject | null;
    if (object === null) return [];
    if (!object.apiVersion || !object.kind) {
      throw new CommandError('usage', `${file}: every document needs apiVersion and kind`);
    }
    return [object];
  });
}

function pipelineOf(file: string, jenkinsfile: string): KubeObject {
  const name =
    basename(file)
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '') || 'pipeline';
  const spec = { type: 'pipeline', engine: { type: 'tekton' }, pipeline: { name, jenkinsfile } };
  return { apiVersion: devops, kind: 'Pipeline', metadata: { name }, spec } as KubeObject;
}

function isRun({ kind }: KubeObject): boolean {
  return kind === 'PipelineRun' || kind === 'TaskRun';
}

function runOf({ apiVersion, kind, metadata }: KubeObject, parameters: Record<string, string>): KubeObject {
  const values = Object.entries(parameters).map(([name, value]) => ({ name, value }));
  const reference = { name: metadata.name! };
  const spec =
    apiVersion === devops
      ? { pipelineRef: reference, parameters: values }
      : kind === 'Task'
        ? { taskRef: reference, params: values }
        : { pipelineRef: reference, params: values };
  return {
    apiVersion: apiVersion === devops ? devops : tekton,
    kind: kind === 'Task' ? 'TaskRun' : 'PipelineRun',
    metadata: { generateName: `${metadata.name!}-`, namespace },
    spec,
  } as KubeObject;
}
