/**
 * Why a source gave no answer that can be used. Beside the codes of `OutgoingError`: `HttpStatus` (an answer of another
 * status), `AnswerInvalid` (not what the contract says), `SignatureRefused`, `CredentialUnavailable`, `Overloaded` (too
 * many questions wait), `CircuitOpen` (it failed too often and is left alone), `SettingsInvalid`.
 */
export interface SourceFailure {
  readonly code: string;
  /** Words for people, without addresses' paths, secrets or parts of the answer. */
  readonly message: string;
  /** The status of the answer, with `HttpStatus`. */
  readonly status?: number;
  /** Milliseconds that the source asks to be left alone. */
  readonly retryAfterMs?: number;
}

/** The answer is not what the contract says. */
export const answerInvalid = (message: string): SourceFailure => ({ code: 'AnswerInvalid', message });
