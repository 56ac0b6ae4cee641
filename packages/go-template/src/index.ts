export { TemplateSet, type TemplateSetOptions } from './template-set.ts';
export { TemplateError, type TemplateErrorCode } from './template-error.ts';
export { defaultBudget, type Budget } from './budget.ts';
export {
  goFunction,
  goMethod,
  type Arguments,
  type GoFunction,
  type GoMethod,
  type Parameter,
  type ParameterKind,
  type ParameterTypes,
} from './functions/go-function.ts';
export {
  float64,
  mapType,
  safeHtml,
  scalarType,
  sliceType,
  structType,
  type GoKind,
  type GoMapData,
  type GoType,
  type GoValue,
  type NamedShape,
} from './values/go-type.ts';
