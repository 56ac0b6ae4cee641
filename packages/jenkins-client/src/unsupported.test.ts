import { expect, test } from 'vitest';
import { ForbiddenError, NotFoundOrHiddenError } from './errors.ts';
import { unsupportedWhenMissing } from './unsupported.ts';

const missing = Promise.reject(
  new NotFoundOrHiddenError('nothing', { path: 'configuration-as-code/check', status: 404 }),
);
missing.catch(() => {});

test('a route that is not there, of a plugin that is not there, is unsupported', async () => {
  await expect(unsupportedWhenMissing(missing, 'casc', () => Promise.resolve(false))).rejects.toMatchObject({
    code: 'Unsupported',
    plugins: ['casc'],
    path: 'configuration-as-code/check',
  });
});

test('of a plugin that is there, it stays missing', async () => {
  await expect(unsupportedWhenMissing(missing, 'casc', () => Promise.resolve(true))).rejects.toMatchObject({
    code: 'NotFoundOrHidden',
  });
});

test('other errors are passed on without asking', async () => {
  const ask = () => Promise.reject(new Error('asked'));
  const forbidden = Promise.reject(new ForbiddenError('no', {}));
  await expect(unsupportedWhenMissing(forbidden, 'casc', ask)).rejects.toMatchObject({ code: 'Forbidden' });
  expect(await unsupportedWhenMissing(Promise.resolve(1), 'casc', ask)).toBe(1);
});
