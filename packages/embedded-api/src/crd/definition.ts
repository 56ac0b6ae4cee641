import type { JsonSchema } from '@armillary/resource';
import type { KubeObject } from '../object.ts';

/** Where CustomResourceDefinitions are stored, see `ServedResource.storageKey`. */
export const definitionStorageKey = 'customresourcedefinitions.apiextensions.k8s.io';

/** The finalizer that keeps a definition until its instances are gone. */
export const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io';

/** The names of a custom resource (apiextensions/v1 `CustomResourceDefinitionNames`), after defaulting. */
export interface DefinitionNames {
  plural: string;
  singular?: string;
  shortNames?: string[];
  kind: string;
  listKind?: string;
  categories?: string[];
}

/** One version of a custom resource (apiextensions/v1 `CustomResourceDefinitionVersion`). */
export interface DefinitionVersion {
  name: string;
  served: boolean;
  storage: boolean;
  deprecated?: boolean;
  deprecationWarning?: string;
  schema?: { openAPIV3Schema?: JsonSchema };
  subresources?: {
    status?: object;
    scale?: { specReplicasPath: string; statusReplicasPath: string; labelSelectorPath?: string };
  };
  additionalPrinterColumns?: {
    name: string;
    type: string;
    jsonPath: string;
    format?: string;
    description?: string;
    priority?: number;
  }[];
  selectableFields?: { jsonPath: string }[];
}

/** A condition of a definition's status. */
export interface DefinitionCondition {
  type: 'Established' | 'NamesAccepted' | 'Terminating' | 'KubernetesAPIApprovalPolicyConformant';
  status: 'True' | 'False' | 'Unknown';
  reason: string;
  message: string;
  /** RFC 3339 with whole seconds. */
  lastTransitionTime?: string;
}

/** The status of a definition. */
export interface DefinitionStatus {
  conditions?: DefinitionCondition[];
  acceptedNames?: Partial<DefinitionNames>;
  storedVersions?: string[];
}

/** A CustomResourceDefinition that passed its validation. */
export interface Definition extends KubeObject {
  spec: {
    group: string;
    names: DefinitionNames;
    scope: 'Namespaced' | 'Cluster';
    versions: DefinitionVersion[];
    conversion?: { strategy: string };
    preserveUnknownFields?: boolean;
  };
  status?: DefinitionStatus;
}

/** The condition of a type, if the status has it. */
export const conditionOf = (
  status: DefinitionStatus | undefined,
  type: DefinitionCondition['type'],
): DefinitionCondition | undefined => status?.conditions?.find((condition) => condition.type === type);

/** True when the condition is there and holds. */
export const isTrue = (status: DefinitionStatus | undefined, type: DefinitionCondition['type']): boolean =>
  conditionOf(status, type)?.status === 'True';

/** The status with one condition set; the transition time moves only when its truth changes. */
export function withCondition(
  status: DefinitionStatus | undefined,
  condition: DefinitionCondition,
  now: string,
): DefinitionStatus {
  const old = conditionOf(status, condition.type);
  const lastTransitionTime = old?.status === condition.status ? (old.lastTransitionTime ?? now) : now;
  const next = { ...condition, lastTransitionTime };
  const conditions = status?.conditions ?? [];
  return {
    ...status,
    conditions: old ? conditions.map((other) => (other === old ? next : other)) : [...conditions, next],
  };
}
