export {
  duplicate,
  forbidden,
  invalid,
  notSupported,
  required,
  tooLong,
  tooMany,
  typeInvalid,
} from './cause.ts';
export type { Cause } from './cause.ts';
export { compileCondition } from './cel/condition.ts';
export type { Condition } from './cel/condition.ts';
export { CelCompileError } from './cel/program.ts';
export { crdYaml } from './crd.ts';
export type { CustomResourceDefinition, CustomResourceVersion, PrinterColumn, Subresources } from './crd.ts';
export { defineKind, KindDefinitionError } from './kind.ts';
export type { Kind, KindDefinition, KindObject, KindVersion, ObjectMeta, ObjectOf } from './kind.ts';
export { checkSchema } from './schema/check.ts';
export { ResourceSchema } from './resource-schema.ts';
export { isObject } from './schema/json-schema.ts';
export type { JsonSchema, ValidationRule } from './schema/json-schema.ts';
