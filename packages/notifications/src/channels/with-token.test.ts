import { describe, expect, test } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { DeliveryError } from '../delivery-error.ts';
import { TokenCache } from './token-cache.ts';
import { accessToken, withToken } from './with-token.ts';

const refused = () => new DeliveryError('token', 'refused');

function source() {
  let fetched = 0;
  const tokens = new TokenCache({ clock: new FakeClock() });
  const fetch = async () => ({ token: `token ${++fetched}`, expiresInMs: 60_000 });
  return { tokens, account: 'a', fetch };
}

test('a token is fetched once and used until it is refused', async () => {
  const tokens = source();
  expect(await withToken(tokens, async (token) => token)).toBe('token 1');
  expect(await withToken(tokens, async (token) => token)).toBe('token 1');
});

test('a refused token is forgotten and the thing done once more with a new one', async () => {
  const tokens = source();
  const used: string[] = [];
  const result = await withToken(tokens, async (token) => {
    used.push(token);
    if (token === 'token 1') throw refused();
    return 'done';
  });
  expect(result).toBe('done');
  expect(used).toEqual(['token 1', 'token 2']);
});

test('a second refusal is the end of the attempt, and the next attempt begins with another token', async () => {
  const tokens = source();
  const used: string[] = [];
  const use = async (token: string): Promise<never> => {
    used.push(token);
    throw refused();
  };
  await expect(withToken(tokens, use)).rejects.toMatchObject({ fault: 'token' });
  await expect(withToken(tokens, use)).rejects.toMatchObject({ fault: 'token' });
  expect(used).toEqual(['token 1', 'token 2', 'token 3', 'token 4']);
});

test('other failures are not tried again', async () => {
  let used = 0;
  const attempt = withToken(source(), async () => {
    used++;
    throw new DeliveryError('transient', 'busy');
  });
  await expect(attempt).rejects.toThrow('busy');
  expect(used).toBe(1);
});

test('who is refused while asking for a token has the wrong secret', async () => {
  const tokens = { ...source(), fetch: async () => Promise.reject(refused()) };
  await expect(withToken(tokens, async () => 'done')).rejects.toMatchObject({ fault: 'permanent' });
});

describe('how long a token is kept', () => {
  test.each([
    ['what the provider says', 3600, undefined, 3_600_000],
    ['two hours when it does not', undefined, undefined, 7_200_000],
    ['no longer than the options ask for, in nanoseconds', 7200, 60e9, 60_000],
    ['no longer than the provider says, whatever the options ask for', 3600, 7200e9, 3_600_000],
    ['two hours for nonsense', -5, 0, 7_200_000],
  ])('%s', (_, said, asked, expected) => {
    const given = { token: 'secret', expiresInSeconds: said };
    expect(accessToken('Somebody', given, asked)).toEqual({ token: 'secret', expiresInMs: expected });
  });
});

test.each([[undefined], [''], [42]])('%j is no token: it is asked for again later', (token) => {
  const given = () => accessToken('Somebody', { token, expiresInSeconds: 60 }, undefined);
  expect(given).toThrow(
    expect.objectContaining({ fault: 'transient', message: 'Somebody gave no access token' }),
  );
});
