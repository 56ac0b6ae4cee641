import { StatusError } from '../status-error.ts';

/**
 * 422 in kube-apiserver's words for a well-formed patch that does not apply. The real server keeps the detail to
 * itself; here it is the cause, which kubectl prints below the message.
 */
export const rejectedPatch = (detail: string): StatusError =>
  new StatusError({
    code: 422,
    reason: 'Invalid',
    message: 'the server rejected our request due to an error in our request',
    details: { causes: [{ message: detail }] },
  });
