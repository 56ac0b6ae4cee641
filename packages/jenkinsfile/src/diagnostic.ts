import type { Span } from './position.ts';

/** The stable codes of what can be wrong with a Jenkinsfile. */
export type DiagnosticCode =
  | 'too-large'
  | 'too-deep'
  | 'syntax'
  | 'no-pipeline'
  | 'nested-pipeline'
  | 'missing-section'
  | 'duplicate-section'
  | 'unknown-section'
  | 'malformed-section'
  | 'empty-section'
  | 'misplaced-section'
  | 'duplicate-name'
  | 'invalid-agent'
  | 'invalid-environment'
  | 'invalid-stage'
  | 'invalid-step'
  | 'invalid-argument'
  | 'invalid-condition'
  | 'invalid-directive';

/** One finding, placed where a real Jenkins places its own. Lines and columns count from 1, the end is exclusive. */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  /** The construct it is about, such as `stage`, `post` or a step's name. */
  readonly construct: string;
}

/** Nobody reads more; a hostile text could cause one per byte. */
const MAX_DIAGNOSTICS = 1000;

/** Collects the findings of one parse, the first 1,000 of them. */
export class Report {
  readonly diagnostics: Diagnostic[] = [];

  /** Notes an error at a span. */
  error(code: DiagnosticCode, construct: string, span: Span, message: string): void {
    if (this.diagnostics.length >= MAX_DIAGNOSTICS) return;
    this.diagnostics.push({
      code,
      severity: 'error',
      message,
      line: span.start.line,
      column: span.start.column,
      endLine: span.end.line,
      endColumn: span.end.column,
      construct,
    });
  }
}

/** Writes a finding as `line:column: message`. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  return `${diagnostic.line}:${diagnostic.column}: ${diagnostic.message}`;
}
