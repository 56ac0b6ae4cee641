/** How a source does: for its status, metrics and explanations. Counts are since the start of the process. */
export interface SourceStatus {
  readonly source: string;
  /** The address without its query. */
  readonly endpoint: string;
  /** `open`: it failed too often and is left alone; `halfOpen`: one request tries whether it is back. */
  readonly breaker: 'closed' | 'open' | 'halfOpen';
  /** Questions answered from memory, while the answer was fresh. */
  readonly hits: number;
  /** Questions for which there was no fresh answer in memory. */
  readonly misses: number;
  /** Those of them that got an answer that was not fresh any more. */
  readonly stale: number;
  /** Those of them that were left without an answer. */
  readonly unanswered: number;
  /** Requests made, batches counted once. */
  readonly calls: number;
  readonly errors: number;
  /** Entries of answers that were left out. */
  readonly skipped: number;
  /** Answers in memory. */
  readonly entries: number;
  /** Milliseconds since 1970. */
  readonly lastSuccessAt?: number;
  readonly lastFailure?: { readonly at: number; readonly code: string; readonly message: string };
}
