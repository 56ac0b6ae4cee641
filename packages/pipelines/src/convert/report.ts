import type { Span } from '@armillary/jenkinsfile';

/** How one construct of a Jenkinsfile fares on Tekton. */
export interface Fidelity {
  /** Such as `agent`, `environment` or `sh`. */
  readonly construct: string;
  /** Where it stands, counted from 1. */
  readonly line: number;
  readonly column: number;
  /** `exact`: as on Jenkins; `approximate`: with the difference told in `detail`; `refused`: `detail` says why. */
  readonly fidelity: 'exact' | 'approximate' | 'refused';
  readonly detail?: string;
}

/** A construct cannot be carried over; `span` is where it stands. Caught at the construct and put into the report. */
export class Refusal extends Error {
  readonly span: Span;

  constructor(span: Span, reason: string) {
    super(reason);
    this.name = 'Refusal';
    this.span = span;
  }
}

/** Collects how faithful a conversion is. */
export class FidelityReport {
  readonly #entries: Fidelity[] = [];

  /** The entries in the order of the text. */
  get entries(): readonly Fidelity[] {
    return this.#entries.toSorted((left, right) => left.line - right.line || left.column - right.column);
  }

  /** Whether something was refused, so that nothing may run. */
  get refused(): boolean {
    return this.#entries.some((entry) => entry.fidelity === 'refused');
  }

  /** Notes a construct that behaves as on Jenkins. */
  exact(construct: string, span: Span): void {
    this.#add(construct, span, 'exact');
  }

  /** Notes a construct that behaves as on Jenkins but for `difference`. */
  approximate(construct: string, span: Span, difference: string): void {
    this.#add(construct, span, 'approximate', difference);
  }

  /** Notes a construct that stops the conversion. */
  refuse(construct: string, span: Span, reason: string): void {
    this.#add(construct, span, 'refused', reason);
  }

  /** Runs one part of the conversion; a refusal in it is noted and gives undefined. */
  attempt<T>(construct: string, convert: () => T): T | undefined {
    try {
      return convert();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.refuse(construct, error.span, error.message);
      return undefined;
    }
  }

  #add(construct: string, span: Span, fidelity: Fidelity['fidelity'], detail?: string): void {
    const { line, column } = span.start;
    this.#entries.push({ construct, line, column, fidelity, ...(detail !== undefined && { detail }) });
  }
}
