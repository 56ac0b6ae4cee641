import { describe, expect, test } from 'vitest';
import { answering, recordedRequest } from '../testing/recorded-exchange.ts';

const account = { id: 'tmpuser', password: 'pw', fullName: 'Tmp User', email: 't@example.org' };
const unknown = '01-auth-25-user-unknown';

test('makes an account by the recorded form', async () => {
  const { jenkins, sent } = answering(unknown, '06-sys-31-user-create', '06-sys-32-user-get');
  expect(await jenkins.users.create(account)).toEqual({
    id: 'tmpuser',
    fullName: 'Tmp User',
    description: undefined,
    email: 't@example.org',
  });
  expect(sent[1]).toEqual(await recordedRequest('06-sys-31-user-create'));
  expect(sent[2]).toEqual(await recordedRequest('06-sys-32-user-get'));
});

test('makes no account of a known id', async () => {
  const { jenkins, sent } = answering('06-sys-32-user-get');
  await expect(jenkins.users.create(account)).rejects.toMatchObject({ code: 'Conflict' });
  expect(sent).toHaveLength(1);
});

test('takes the form that is shown again for a refusal', async () => {
  const { jenkins } = answering(unknown, { status: 200, body: '<html>…</html>' });
  await expect(jenkins.users.create({ id: 'tmpuser', password: '' })).rejects.toMatchObject({
    code: 'Invalid',
  });
});

test('deletes a user', async () => {
  const { jenkins, sent } = answering('06-sys-33-user-delete');
  await jenkins.users.delete('tmpuser');
  expect(sent).toEqual([await recordedRequest('06-sys-33-user-delete')]);
});

test('reads users', async () => {
  const { jenkins, sent } = answering('01-auth-23-me', '01-auth-24-people-user', unknown);
  expect(await jenkins.users.me()).toEqual({
    id: 'dev',
    fullName: 'dev',
    description: undefined,
    email: undefined,
  });
  expect(await jenkins.users.get('dev')).toMatchObject({ id: 'dev' });
  await expect(jenkins.users.get('ghost')).rejects.toMatchObject({ code: 'NotFoundOrHidden' });
  expect(sent).toEqual([
    await recordedRequest('01-auth-23-me'),
    await recordedRequest('01-auth-24-people-user'),
    await recordedRequest(unknown),
  ]);
});

describe('API tokens', () => {
  test('are made, renamed and revoked by the recorded forms', async () => {
    const { jenkins, sent } = answering(
      '01-auth-18-token-generate-2',
      '01-auth-19-token-rename',
      '01-auth-20-token-revoke',
      '01-auth-21-token-revoke-again',
    );
    const tokens = jenkins.users.tokens('admin');
    const { uuid, name, value } = await tokens.generate('rec-b');
    expect({ uuid, name, value }).toEqual({
      uuid: '3c99b583-2847-49de-bf8b-7c1b42d9e88b',
      name: 'rec-b',
      value: '<api-token>',
    });
    await tokens.rename(uuid, 'rec-b2');
    await tokens.revoke(uuid);
    // Jenkins says the same of a token that it does not know.
    await tokens.revoke(uuid);
    expect(sent).toEqual([
      await recordedRequest('01-auth-18-token-generate-2'),
      await recordedRequest('01-auth-19-token-rename'),
      await recordedRequest('01-auth-20-token-revoke'),
      await recordedRequest('01-auth-21-token-revoke-again'),
    ]);
  });

  test('are made with a password, too', async () => {
    const { jenkins, sent } = answering('01-auth-16-token-generate');
    expect(await jenkins.users.tokens('admin').generate('rec-a')).toMatchObject({ name: 'rec-a' });
    expect(sent[0]).toEqual(await recordedRequest('01-auth-16-token-generate'));
  });

  test('of another user are forbidden', async () => {
    const { jenkins, sent } = answering('01-auth-22-token-for-other-user');
    await expect(jenkins.users.tokens('dev').generate('x')).rejects.toMatchObject({ code: 'Forbidden' });
    expect(sent).toEqual([await recordedRequest('01-auth-22-token-for-other-user')]);
  });

  test('of the user who asks need no id', async () => {
    const { jenkins, sent } = answering({ status: 200 }, { status: 200 });
    await jenkins.users.tokens().revokeAll();
    await jenkins.users.tokens().revokeAll({ except: 'u1' });
    const descriptor = '/me/descriptorByName/jenkins.security.ApiTokenProperty';
    expect(sent).toMatchObject([
      { path: `${descriptor}/revokeAll` },
      { path: `${descriptor}/revokeAllExcept`, form: { tokenUuid: 'u1' } },
    ]);
  });

  test('that Jenkins does not know cannot be renamed', async () => {
    const body = JSON.stringify({ status: 'error', message: 'no token u1' });
    const { jenkins } = answering({ status: 200, body });
    await expect(jenkins.users.tokens().rename('u1', 'x')).rejects.toMatchObject({
      code: 'Invalid',
      message: expect.stringContaining('no token u1') as string,
    });
  });

  test.each(['{"status":"ok","data":{}}', '[]'])('%s is no token', async (body) => {
    const { jenkins } = answering({ status: 200, body });
    await expect(jenkins.users.tokens().generate('x')).rejects.toMatchObject({ code: 'UnexpectedBody' });
  });
});
