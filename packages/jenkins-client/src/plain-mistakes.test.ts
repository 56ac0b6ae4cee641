/** What people get wrong is said before anything is sent. */
import { expect, test } from 'vitest';
import { connect } from './connect.ts';
import type { CredentialSpec } from './credentials/credential.ts';
import { answering } from './testing/recorded-exchange.ts';

test.each(['token\n', 'token\r\n', '\ntoken'])('the secret %j', (secret) => {
  const attempts = [{ user: 'ada', token: secret }, { user: 'ada', password: secret }, { bearer: secret }];
  for (const auth of attempts) {
    expect(() => connect({ url: 'https://ci.test', auth })).toThrow(/line end|no header can carry/u);
  }
});

test('a kind of credential that there is not', async () => {
  const { jenkins, sent } = answering();
  const spec = { kind: 'secret-text', id: 'a', secret: 'b' } as unknown as CredentialSpec;
  await expect(jenkins.credentials.in('system').create(spec)).rejects.toMatchObject({
    code: 'Invalid',
    message: expect.stringContaining('secretText'),
  });
  expect(sent).toEqual([]);
});

test('the root, read like an item', async () => {
  const { jenkins, sent } = answering();
  await expect(jenkins.item().get()).rejects.toMatchObject({
    code: 'Invalid',
    message: expect.stringContaining('selection'),
  });
  expect(sent).toEqual([]);
});
