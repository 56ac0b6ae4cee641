import { expect, test } from 'vitest';
import { notFound } from '../status-error.ts';
import { StorageError } from '../storage/storage-error.ts';
import { statusOf } from './answer.ts';

test('a full disk is a 507 that says what to do', () => {
  const reported: unknown[] = [];
  const error = new StorageError(
    'Full',
    'cannot write to objects.db: free some disk space and repeat the request',
  );
  expect(statusOf(error, (e) => reported.push(e))).toMatchObject({
    kind: 'Status',
    code: 507,
    message: 'cannot write to objects.db: free some disk space and repeat the request',
  });
  expect(reported).toEqual([error]);
});

test('what nobody foresaw is a 500 that tells the client nothing of the inside', () => {
  const reported: unknown[] = [];
  const error = new TypeError('secret detail');
  const status = statusOf(error, (e) => reported.push(e));
  expect(status).toMatchObject({ code: 500, reason: 'InternalError' });
  expect(JSON.stringify(status)).not.toContain('secret detail');
  expect(reported).toEqual([error]);
});

test('errors of the API pass as they are and are not reported', () => {
  const reported: unknown[] = [];
  const error = notFound({ group: '', resource: 'pods' }, 'p');
  expect(statusOf(error, (e) => reported.push(e))).toBe(error.status);
  expect(reported).toEqual([]);
});
