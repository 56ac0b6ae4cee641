/** The stable codes of everything this package throws. */
export type NodeLbErrorCode =
  /** A flag, an annotation or an object says something that cannot be; the message names it and says what to write. */
  | 'Invalid'
  /** A program the data plane needs is missing, or too old. */
  | 'ProgramMissing'
  /** A program failed, hung, or printed more than it should; the message has its last words. */
  | 'ProgramFailed'
  /** The process may not do this: it is not root, or lacks a capability. */
  | 'NotPermitted'
  /** The node's network is one that this load balancer does not work on; the message says why. */
  | 'Unsupported'
  /** Addresses of the bounce namespace's link are in use on this node. */
  | 'LinkAddressTaken';

/** The error of this package. Messages say what to do. */
export class NodeLbError extends Error {
  readonly code: NodeLbErrorCode;

  constructor(code: NodeLbErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'NodeLbError';
    this.code = code;
  }
}
