import { isJenkinsError, type JenkinsError, type JenkinsErrorCode } from '@armillary/jenkins-client';

/** What says nothing about the request itself: the same one may well work later. */
const OUTAGES: ReadonlySet<JenkinsErrorCode> = new Set<JenkinsErrorCode>([
  'Unauthenticated',
  'LoginRedirect',
  'CrumbRejected',
  'NotReady',
  'ConnectionFailed',
  'Timeout',
  'UnexpectedBody',
  'Aborted',
]);

/** An object cannot have a copy in Jenkins as it is written. The message names the field and what it may be. */
export class InvalidObject extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'InvalidObject';
  }
}

/** Whether the same request would be refused again until somebody changes something. */
export function isRefusal(error: unknown): error is JenkinsError | InvalidObject {
  return error instanceof InvalidObject || (isJenkinsError(error) && !OUTAGES.has(error.code));
}

/** Whether Jenkins does not answer, or not as itself: it restarts, it is cut off, or our token is out of date. */
export function isOutage(error: unknown): error is JenkinsError {
  return isJenkinsError(error) && OUTAGES.has(error.code);
}

/** Whether there is no such thing in Jenkins, or none that we may see. */
export function isGone(error: unknown): boolean {
  return isJenkinsError(error, 'NotFoundOrHidden');
}

/** What an error says, for conditions, annotations and events. */
export function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 1000);
}
