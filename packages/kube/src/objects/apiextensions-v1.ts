import type { Condition, KubeObject } from './kube-object.ts';
import type { ResourceType } from './resource-type.ts';

/** The definition of a custom resource. */
export interface CustomResourceDefinition extends KubeObject {
  spec: {
    group: string;
    scope: 'Namespaced' | 'Cluster';
    names: {
      plural: string;
      kind: string;
      singular?: string;
      listKind?: string;
      shortNames?: string[];
      categories?: string[];
    };
    versions: {
      name: string;
      served: boolean;
      storage: boolean;
      deprecated?: boolean;
      schema?: { openAPIV3Schema?: Record<string, unknown> };
      subresources?: { status?: Record<string, never>; scale?: Record<string, string> };
      additionalPrinterColumns?: Record<string, unknown>[];
      selectableFields?: { jsonPath: string }[];
    }[];
    conversion?: Record<string, unknown>;
    preserveUnknownFields?: boolean;
  };
  status?: {
    conditions?: Condition[];
    acceptedNames?: Record<string, unknown>;
    storedVersions?: string[];
  };
}

/** The resources of `apiextensions.k8s.io/v1`. */
export const apiextensionsV1 = {
  customResourceDefinitions: {
    group: 'apiextensions.k8s.io',
    version: 'v1',
    plural: 'customresourcedefinitions',
    kind: 'CustomResourceDefinition',
    namespaced: false,
  } as ResourceType<CustomResourceDefinition>,
} as const;
