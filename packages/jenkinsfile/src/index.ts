export {
  PIPELINE_LEVEL_OPTIONS,
  STAGE_LEVEL_OPTIONS,
  STEPS,
  TRIGGERS,
  type ArgumentType,
  type Signature,
} from './catalogue.ts';
export { closestName } from './closest-name.ts';
export { formatDiagnostic, type Diagnostic, type DiagnosticCode } from './diagnostic.ts';
export type * from './expression.ts';
export * from './model.ts';
export { MAX_BYTES, parseJenkinsfile, type ParseResult } from './parse.ts';
export type { Position, Span } from './position.ts';
