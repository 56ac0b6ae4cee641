import type { KubeObject } from '../object.ts';
import type { Strategy } from '../served-resource.ts';
import { timestamp } from '../server/timestamp.ts';
import { cleanupFinalizer, withCondition } from './definition.ts';
import type { Definition, DefinitionStatus } from './definition.ts';
import { validateDefinition } from './validate-definition.ts';

/** How CustomResourceDefinitions themselves are defaulted, prepared and validated. */
export const definitionStrategy: Strategy = {
  default: (object) => defaultDefinition(object),
  prepareForCreate: (object) => {
    object['status'] = withStorageVersion(object, {
      conditions: [],
      acceptedNames: { plural: '', kind: '' },
    });
  },
  prepareForUpdate: (object) => {
    object['status'] = withStorageVersion(object, (object as Definition).status ?? {});
  },
  prepareForDelete: (object, now) => startTermination(object as Definition, timestamp(now)),
  validate: validateDefinition,
};

type Loose = Partial<Record<string, unknown>>;

function defaultDefinition(object: KubeObject): void {
  const spec = (object['spec'] ?? {}) as Loose;
  const names = (spec['names'] ?? {}) as Loose;
  const { kind } = names;
  if (typeof kind === 'string' && kind) {
    names['singular'] ||= kind.toLowerCase();
    names['listKind'] ||= `${kind}List`;
  }
  spec['conversion'] ??= { strategy: 'None' };
}

/** Records the version that objects are stored in from now on: all versions ever stored stay known. */
function withStorageVersion(object: KubeObject, status: DefinitionStatus): DefinitionStatus {
  const versions = (object['spec'] as Loose | undefined)?.['versions'];
  const storage = Array.isArray(versions)
    ? (versions as Loose[]).find((version) => version?.['storage'] === true)?.['name']
    : undefined;
  const stored = status.storedVersions ?? [];
  return {
    ...status,
    storedVersions: typeof storage !== 'string' || stored.includes(storage) ? stored : [...stored, storage],
  };
}

// The instances have to go first: the controller removes the finalizer when they are gone.
function startTermination(definition: Definition, now: string): KubeObject {
  const finalizers = definition.metadata.finalizers ?? [];
  return {
    ...definition,
    metadata: {
      ...definition.metadata,
      finalizers: finalizers.includes(cleanupFinalizer) ? finalizers : [...finalizers, cleanupFinalizer],
    },
    status: withCondition(
      definition.status,
      {
        type: 'Terminating',
        status: 'True',
        reason: 'InstanceDeletionPending',
        message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
      },
      now,
    ),
  };
}
