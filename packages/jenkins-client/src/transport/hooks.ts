/** A request as hooks see it: without query and body, and with the values of telling headers hidden. */
export interface RequestEvent {
  readonly method: string;
  /** Below the server's address, without the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** 0 for the first sending. */
  readonly attempt: number;
}

/** The head of an answer as hooks see it. */
export interface ResponseEvent {
  readonly method: string;
  readonly path: string;
  readonly attempt: number;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** From sending to the head of the answer, in milliseconds. */
  readonly durationMs: number;
}
