/** Why the certificates or keys of a data folder cannot be used. */
export type PkiErrorCode = 'PKI_UNREADABLE' | 'PKI_DAMAGED';

/** Thrown at start; the message says which file and what to do, and never shows key material. */
export class PkiError extends Error {
  readonly code: PkiErrorCode;
  constructor(code: PkiErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PkiError';
    this.code = code;
  }
}
