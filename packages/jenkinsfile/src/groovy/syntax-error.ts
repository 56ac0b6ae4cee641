import type { DiagnosticCode } from '../diagnostic.ts';
import type { Span } from '../position.ts';

/** The text is not Groovy; nothing behind this place was read. */
export class GroovySyntaxError extends Error {
  readonly span: Span;
  readonly code: DiagnosticCode;

  constructor(message: string, span: Span, code: DiagnosticCode = 'syntax') {
    super(message);
    this.name = 'GroovySyntaxError';
    this.span = span;
    this.code = code;
  }
}
