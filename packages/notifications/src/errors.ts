/** The stable codes of everything this package throws, beside `DeliveryError`. */
export type NotificationErrorCode =
  /** The request or object is wrong; the message names the field and says what to write. */
  | 'Invalid'
  /** Alerts cannot be taken now: the backlog or the disk is full. The sender shall try again (503). */
  | 'Busy'
  /** A credential cannot be read: the Secret, its key, or the right to read it is missing. */
  | 'CredentialUnavailable'
  /** A signature is missing or wrong. */
  | 'Unauthenticated'
  /** What was asked for is not there. */
  | 'NotFound'
  /** The store cannot be opened, or holds data of a newer version. */
  | 'StoreUnusable';

/** The error of this package. Messages say what to do and hold no secret. */
export class NotificationError extends Error {
  readonly code: NotificationErrorCode;

  constructor(code: NotificationErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'NotificationError';
    this.code = code;
  }
}
