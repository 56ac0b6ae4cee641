import { describe, expect, test } from 'vitest';
import * as errors from './errors.ts';
import { isJenkinsError } from './errors.ts';

const origin = { method: 'GET', path: 'job/a', status: 500, cause: new Error('inner') };
const all: errors.JenkinsError[] = [
  new errors.UnauthenticatedError('m', origin),
  new errors.LoginRedirectError('m', 'http://sso/', origin),
  new errors.ForbiddenError('m', {}, origin),
  new errors.CrumbRejectedError('m', origin),
  new errors.NotFoundOrHiddenError('m', origin),
  new errors.ConflictError('m', origin),
  new errors.DisabledError('m', origin),
  new errors.InvalidError('m', origin),
  new errors.NotReadyError('m', 1, origin),
  new errors.ServerFaultError('m', 'id', origin),
  new errors.UnexpectedBodyError('m', origin),
  new errors.TooLargeError('m', 1, origin),
  new errors.QueueItemLostError('m', 1, origin),
  new errors.QueueItemCancelledError('m', 1, origin),
  new errors.AppliedDifferentlyError('m', [], origin),
  new errors.UnsupportedError('m', [], origin),
  new errors.ConnectionFailedError('m', true, origin),
  new errors.TimeoutError('m', origin),
  new errors.AbortedError('m', origin),
];

describe('the errors', () => {
  test('are all here', () => {
    const classes = Object.keys(errors).filter(
      (name) => name.endsWith('Error') && !/^(?:is|Jenkins)/u.test(name),
    );
    expect(all.map((error) => error.constructor.name).sort()).toEqual(classes.sort());
  });

  test.each(all.map((error) => [error.name, error] as const))('%s is known by its code', (name, error) => {
    expect(name).toBe(`${error.code}Error`);
    expect(error).toMatchObject({ message: 'm', ...origin });
    expect(isJenkinsError(error)).toBe(true);
    expect(isJenkinsError(error, error.code)).toBe(true);
    expect(isJenkinsError(error, error.code === 'Aborted' ? 'Timeout' : 'Aborted')).toBe(false);
  });

  test('of another copy of the package are known, others are not', () => {
    const copy = Object.assign(new Error('m'), { name: 'TimeoutError', code: 'Timeout', path: undefined });
    expect(isJenkinsError(copy, 'Timeout')).toBe(true);
    for (const other of [
      new Error('m'),
      Object.assign(new Error('m'), { code: 'ECONNREFUSED' }),
      { code: 'Timeout' },
      null,
    ]) {
      expect(isJenkinsError(other)).toBe(false);
    }
  });
});
