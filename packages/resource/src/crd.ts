import { stringify } from 'yaml';
import type { JsonSchema } from './schema/json-schema.ts';

/** A column of `kubectl get`, with the names apiextensions/v1 gives its fields. */
export interface PrinterColumn {
  name: string;
  type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  /** A dotted JSONPath from the object's root, `.status.phase`. */
  jsonPath: string;
  format?: string;
  description?: string;
  /** Above 0 the column shows only with `-o wide`. */
  priority?: number;
}

/** The subresources of a version (apiextensions/v1 `CustomResourceSubresources`). */
export interface Subresources {
  status?: Record<string, never>;
  scale?: { specReplicasPath: string; statusReplicasPath: string; labelSelectorPath?: string };
}

/** One version of a CustomResourceDefinition. */
export interface CustomResourceVersion {
  name: string;
  served: boolean;
  storage: boolean;
  deprecated?: boolean;
  deprecationWarning?: string;
  schema: { openAPIV3Schema: JsonSchema };
  subresources?: Subresources;
  additionalPrinterColumns?: PrinterColumn[];
  selectableFields?: { jsonPath: string }[];
}

/** `apiextensions.k8s.io/v1 CustomResourceDefinition` as it is applied: without status. */
export interface CustomResourceDefinition {
  apiVersion: 'apiextensions.k8s.io/v1';
  kind: 'CustomResourceDefinition';
  metadata: { name: string; annotations?: Record<string, string>; labels?: Record<string, string> };
  spec: {
    group: string;
    names: {
      plural: string;
      singular: string;
      kind: string;
      listKind: string;
      shortNames?: string[];
      categories?: string[];
    };
    scope: 'Namespaced' | 'Cluster';
    versions: CustomResourceVersion[];
  };
}

/** The text of a CRD as a file: the same bytes for the same CRD, long lines unfolded, no anchors. */
export function crdYaml(crd: CustomResourceDefinition): string {
  return stringify(crd, { lineWidth: 0, aliasDuplicateObjects: false, version: '1.1' });
}
