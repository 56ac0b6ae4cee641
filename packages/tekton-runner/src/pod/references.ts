import { type ConfigMap, coreV1, isNotFound, type KubeClient, type Secret } from '@armillary/kube';
import {
  type EnvVar,
  label,
  type Step,
  type TaskRun,
  templateClaimPrefix,
  type WorkspaceBinding,
} from '@armillary/tekton';
import type { WorkspaceSource } from '../executor/plan.ts';

/** Something that a task refers to does not exist, or cannot be had here; the message names it. */
export class MissingReferenceError extends Error {
  readonly code = 'CreateContainerConfigError';
}

interface KeyRef {
  name?: string;
  key: string;
  optional?: boolean;
}

type Source = 'secret' | 'configMap';

/**
 * The Secrets and ConfigMaps that a TaskRun's steps and workspaces name, read once before it starts, and the values
 * they stand for.
 */
export class References {
  readonly #run: TaskRun;
  readonly #data = new Map<string, ReadonlyMap<string, Buffer> | undefined>();

  constructor(run: TaskRun) {
    this.#run = run;
  }

  /** Reads everything that is named. */
  static async read(
    client: KubeClient,
    run: TaskRun,
    steps: readonly Step[],
    signal: AbortSignal,
  ): Promise<References> {
    const references = new References(run);
    const wanted = new Set<string>();
    for (const [source, name] of named(run, steps)) wanted.add(`${source}/${name}`);
    const namespace = run.metadata.namespace ?? '';
    await Promise.all(
      [...wanted].map(async (id) => {
        const [source = '', name = ''] = id.split('/');
        references.#data.set(id, await read(client, source as Source, name, namespace, signal));
      }),
    );
    return references;
  }

  /** The value of an environment variable; `undefined` when what it names is absent and optional. */
  valueOfVariable(variable: EnvVar): string | undefined {
    const { secretKeyRef, configMapKeyRef, fieldRef } = (variable.valueFrom ?? {}) as {
      secretKeyRef?: KeyRef;
      configMapKeyRef?: KeyRef;
      fieldRef?: { fieldPath: string };
    };
    if (secretKeyRef !== undefined) return this.#key('secret', secretKeyRef);
    if (configMapKeyRef !== undefined) return this.#key('configMap', configMapKeyRef);
    const { name, namespace, uid } = this.#run.metadata;
    const field = { 'metadata.name': name, 'metadata.namespace': namespace, 'metadata.uid': uid }[
      fieldRef?.fieldPath ?? ''
    ];
    if (field === undefined) {
      throw new MissingReferenceError(
        `the variable ${variable.name} refers to something that this runner does not have`,
      );
    }
    return field;
  }

  /** The variables of an `envFrom` entry. */
  valuesOfSource(entry: Record<string, unknown>): (readonly [string, string])[] {
    const {
      prefix = '',
      secretRef,
      configMapRef,
    } = entry as {
      prefix?: string;
      secretRef?: Omit<KeyRef, 'key'>;
      configMapRef?: Omit<KeyRef, 'key'>;
    };
    const ref = secretRef ?? configMapRef;
    const source = secretRef === undefined ? 'configMap' : 'secret';
    const data = this.#get(source, ref?.name ?? '', ref?.optional === true);
    return [...(data ?? [])].map(([key, value]) => [prefix + key, value.toString()] as const);
  }

  /** What fills a workspace. */
  workspace(binding: WorkspaceBinding): WorkspaceSource {
    const subPath = binding.subPath === undefined ? {} : { subPath: binding.subPath };
    const { secret, configMap, persistentVolumeClaim } = binding;
    if (persistentVolumeClaim !== undefined) {
      const claim = persistentVolumeClaim.claimName;
      const uid = this.#run.metadata.labels?.[label.pipelineRunUid];
      const isRuns = uid !== undefined && claim.startsWith(templateClaimPrefix(uid));
      return { kind: 'volume', claim, ...(isRuns && { run: uid }), ...subPath };
    }
    const projected = secret ?? configMap;
    if (projected === undefined) return { kind: 'empty', ...subPath };
    const name = secret?.secretName ?? configMap?.name ?? '';
    const data =
      this.#get(secret === undefined ? 'configMap' : 'secret', name, projected.optional === true) ??
      new Map<string, Buffer>();
    const files = new Map<string, Buffer>();
    for (const { key, path } of projected.items ?? [...data.keys()].map((key) => ({ key, path: key }))) {
      const content = data.get(key);
      if (content !== undefined) files.set(path, content);
      else if (projected.optional !== true)
        throw new MissingReferenceError(`couldn't find key ${key} in ${name}`);
    }
    return { kind: 'files', files, ...subPath };
  }

  #key(source: Source, { name = '', key, optional = false }: KeyRef): string | undefined {
    const value = this.#get(source, name, optional)?.get(key);
    if (value !== undefined || optional) return value?.toString();
    const kind = source === 'secret' ? 'Secret' : 'ConfigMap';
    throw new MissingReferenceError(
      `couldn't find key ${key} in ${kind} ${this.#run.metadata.namespace ?? ''}/${name}`,
    );
  }

  #get(source: Source, name: string, optional: boolean): ReadonlyMap<string, Buffer> | undefined {
    const data = this.#data.get(`${source}/${name}`);
    if (data !== undefined || optional) return data;
    throw new MissingReferenceError(
      `${source === 'secret' ? 'secret' : 'configmap'} ${JSON.stringify(name)} not found`,
    );
  }
}

function named(run: TaskRun, steps: readonly Step[]): [Source, string][] {
  const found: [Source, string | undefined][] = [];
  for (const step of steps) {
    for (const { valueFrom } of step.env ?? []) {
      const { secretKeyRef, configMapKeyRef } = (valueFrom ?? {}) as {
        secretKeyRef?: KeyRef;
        configMapKeyRef?: KeyRef;
      };
      found.push(['secret', secretKeyRef?.name], ['configMap', configMapKeyRef?.name]);
    }
    for (const entry of step.envFrom ?? []) {
      const { secretRef, configMapRef } = entry as {
        secretRef?: { name?: string };
        configMapRef?: { name?: string };
      };
      found.push(['secret', secretRef?.name], ['configMap', configMapRef?.name]);
    }
  }
  for (const { secret, configMap } of run.spec.workspaces ?? []) {
    found.push(['secret', secret?.secretName], ['configMap', configMap?.name]);
  }
  return found.filter((entry): entry is [Source, string] => entry[1] !== undefined && entry[1] !== '');
}

async function read(
  client: KubeClient,
  source: Source,
  name: string,
  namespace: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Buffer> | undefined> {
  try {
    if (source === 'secret') {
      const secret: Secret = await client.resource(coreV1.secrets).get(name, { namespace, signal });
      return decoded(secret.data, 'base64');
    }
    const map: ConfigMap = await client.resource(coreV1.configMaps).get(name, { namespace, signal });
    return new Map([...decoded(map.data, 'utf8'), ...decoded(map.binaryData, 'base64')]);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

function decoded(data: Record<string, string> = {}, encoding: BufferEncoding): Map<string, Buffer> {
  return new Map(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, encoding)]));
}
