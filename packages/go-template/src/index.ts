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
  GoValue,
  type GoKind,
  type GoMapData,
  type GoType,
  type Methods,
  type NamedShape,
} from './values/go-type.ts';
export { isTrue, kindOf, typeName, underlying } from './values/value-kind.ts';
export { sprint } from './format/printer.ts';
export { sprintf } from './format/sprintf.ts';
export { quote } from './format/quote.ts';
export { compileRegex, regexFunctions, type Regex } from './regex.ts';
export { regexSize } from './regex-size.ts';
export { loadLocation, location, parseTime, time, timeOf } from './time/time.ts';
export { duration, durationText } from './time/duration.ts';
export { formatInstant } from './time/layout.ts';
export type { Instant } from './time/instant.ts';
export { fixedZone, loadZone, utc, type Zone } from './time/zone.ts';
export { compareText } from './values/utf8.ts';
