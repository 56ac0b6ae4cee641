import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connect } from '../connect.ts';
import type { CredentialStore } from './credential-store.ts';

type Fields = Record<string, string>;

/** A store of user names with passwords as Jenkins keeps them: a creation with a taken id is a success that does nothing. */
const kept = new Map<string, Fields>();
let server: Server;
/** Called for each look at a credential; lets a test hold looks until both creators looked. */
let looked: () => Promise<void> | undefined;

beforeEach(async () => {
  kept.clear();
  looked = () => undefined;
  server = createServer((request, response) => {
    void answer(request).then(({ status, body }) =>
      response.writeHead(status, { location: '/credentials/store/system/domain/_' }).end(body),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function answer(request: IncomingMessage): Promise<{ status: number; body?: string }> {
  const path = (request.url ?? '').replace('/credentials/store/system/domain/_/', '');
  const form = new URLSearchParams(await text(request));
  const json = JSON.parse(form.get('json') ?? 'null') as Fields & { credentials: Fields };
  if (path === 'createCredentials') {
    const { credentials } = json;
    if (!kept.has(credentials['id'] ?? '')) kept.set(credentials['id'] ?? '', credentials);
    return { status: 302 };
  }
  const id = path.split('/')[1] ?? '';
  const found = kept.get(id);
  if (path.endsWith('updateSubmit')) {
    if (found) kept.set(id, json);
    return { status: found ? 302 : 404 };
  }
  await looked();
  if (!found) return { status: 404 };
  const { username, description } = found;
  const displayName = `${username}/******${description === '' ? '' : ` (${description})`}`;
  return {
    status: 200,
    body: JSON.stringify({ id, typeName: 'Username with password', displayName, description }),
  };
}

function store(): CredentialStore {
  const { port } = server.address() as AddressInfo;
  return connect({ url: `http://127.0.0.1:${port}/` }).credentials.in('system');
}

/** Lets no one go on before two have looked. */
function holdUntilBothLooked(): void {
  let looks = 0;
  let release = () => {};
  const both = new Promise<void>((resolve) => (release = resolve));
  looked = () => {
    if (++looks === 2) release();
    return both;
  };
}

const spec = { kind: 'usernamePassword', id: 'shared', username: 'ana', description: 'same' } as const;

describe('two creators of the same id, of whom neither sees the other', () => {
  beforeEach(holdUntilBothLooked);

  test('are told apart by what Jenkins shows', async () => {
    const results = await Promise.allSettled([
      store().create({ ...spec, password: 'first', description: 'of the first' }),
      store().create({ ...spec, password: 'second', description: 'of the second' }),
    ]);
    const winner = results.findIndex(({ status }) => status === 'fulfilled');
    expect(kept.get('shared')?.['password']).toBe(['first', 'second'][winner]);
    expect(results[1 - winner]).toMatchObject({ status: 'rejected', reason: { code: 'Conflict' } });
  });

  test('are told apart by a mark when all that Jenkins shows is the same', async () => {
    const results = await Promise.allSettled([
      store().create({ ...spec, password: 'first' }, { exclusive: true }),
      store().create({ ...spec, password: 'second' }, { exclusive: true }),
    ]);
    const winner = results.findIndex(({ status }) => status === 'fulfilled');
    expect(kept.get('shared')).toMatchObject({ password: ['first', 'second'][winner], description: 'same' });
    expect(results[1 - winner]).toMatchObject({ status: 'rejected', reason: { code: 'Conflict' } });
  });

  test('of another plugin’s kind are told apart by a mark, too', async () => {
    const custom = { kind: 'custom', id: 'shared', class: 'a.B', description: 'same' } as const;
    const results = await Promise.allSettled([
      store().create({ ...custom, fields: { password: 'first' } }, { exclusive: true }),
      store().create({ ...custom, fields: { password: 'second' } }, { exclusive: true }),
    ]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  test('may both put theirs, and one of them is kept as a whole', async () => {
    const results = await Promise.all([
      store().upsert({ ...spec, username: 'ana', password: 'of ana' }),
      store().upsert({ ...spec, username: 'ana', password: 'of the other ana' }),
    ]);
    expect(results.map(({ action }) => action)).toEqual(['created', 'created']);
    expect(kept.get('shared')?.['password']).toMatch(/^of (?:the other )?ana$/u);
  });
});

test('putting a credential that is there replaces it', async () => {
  await store().upsert({ ...spec, password: 'old' });
  const { action, credential } = await store().upsert({
    ...spec,
    username: 'bea',
    password: 'new',
    description: '',
  });
  expect(action).toBe('updated');
  expect(credential).toMatchObject({ username: 'bea', description: '' });
  expect(kept.get('shared')?.['password']).toBe('new');
});

test('no secret comes back in an error', async () => {
  await store().create({ ...spec, password: 'very-secret' });
  const error = await store()
    .create({ ...spec, password: 'very-secret' })
    .catch((caught: unknown) => caught);
  expect(String(error)).toContain('There is a credential "shared" already');
  expect(inspect(error, { depth: 9 })).not.toContain('very-secret');
});
