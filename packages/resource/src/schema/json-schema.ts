/** One rule of `x-kubernetes-validations` (apiextensions/v1 `ValidationRule`). */
export interface ValidationRule {
  /** The CEL expression; `self` is the value the schema describes. */
  rule: string;
  message?: string;
  /** A CEL expression that gives the message; `message` stands in when it fails. */
  messageExpression?: string;
  reason?: 'FieldValueInvalid' | 'FieldValueForbidden' | 'FieldValueRequired' | 'FieldValueDuplicate';
  /** Where the failure is reported, relative to the schema: `.spec.replicas`, `.map['key']`. */
  fieldPath?: string;
  /** Runs a transition rule also when there is no old value; `oldSelf` is then an optional. */
  optionalOldSelf?: boolean;
}

/**
 * An OpenAPI v3 schema as CustomResourceDefinitions hold it (apiextensions/v1 `JSONSchemaProps`): the plain JSON
 * that travels on the wire. Fields that Kubernetes refuses (`$ref`, `definitions`, ...) are left to the checks.
 */
export interface JsonSchema {
  type?: string;
  description?: string;
  title?: string;
  format?: string;
  default?: unknown;
  nullable?: boolean;
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | boolean;
  items?: JsonSchema;
  required?: string[];
  enum?: unknown[];
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: boolean;
  exclusiveMaximum?: boolean;
  multipleOf?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  minItems?: number;
  maxItems?: number;
  uniqueItems?: boolean;
  minProperties?: number;
  maxProperties?: number;
  allOf?: JsonSchema[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  not?: JsonSchema;
  'x-kubernetes-preserve-unknown-fields'?: boolean;
  'x-kubernetes-embedded-resource'?: boolean;
  'x-kubernetes-int-or-string'?: boolean;
  'x-kubernetes-list-type'?: string;
  'x-kubernetes-list-map-keys'?: string[];
  'x-kubernetes-map-type'?: string;
  'x-kubernetes-validations'?: ValidationRule[];
}

/** True for a JSON object: neither null nor an array. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
