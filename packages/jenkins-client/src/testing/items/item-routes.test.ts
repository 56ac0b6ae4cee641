import { afterEach, beforeEach, expect, test } from 'vitest';
import { startFakeJenkins, type FakeJenkins } from '../index.ts';

let fake: FakeJenkins;

beforeEach(async () => {
  fake = await startFakeJenkins();
  expect(await create('Team')).toBe(302);
});

afterEach(() => fake.close());

/** The status of a form sent by the administrator, and where the answer leads. */
async function send(path: string, form: Readonly<Record<string, string>>): Promise<Response> {
  return fetch(`${fake.url}/${path}`, {
    method: 'POST',
    redirect: 'manual',
    headers: { authorization: `Basic ${btoa(`admin:${fake.users.admin.token}`)}` },
    body: new URLSearchParams(form),
  });
}

async function create(name: string, path = ''): Promise<number> {
  const form = { name, mode: 'com.cloudbees.hudson.plugins.folder.Folder' };
  return (await send(`${path}createItem`, form)).status;
}

test.each(['', '.', ' .. ', 'a/b', 'a%b', 'a\u0085b', 'a\u007fb', 'dot.', 'dot. ', 'team', 'TEAM'])(
  'no item is named %j',
  async (name) => {
    expect(await create(name)).toBe(400);
  },
);

test('blanks around a name are dropped', async () => {
  expect(await create(' other ')).toBe(302);
  expect(fake.job('other')).toBeDefined();
});

test('an item is found however its name is written, and has one name', async () => {
  const answer = await send('job/TEAM/confirmRename', { newName: 'Team' });
  expect(answer.status).toBe(400);
  expect((await send('job/team/confirmRename', { newName: 'tEAM' })).status).toBe(400);
  expect((await send('job/team/confirmRename', { newName: 'group' })).status).toBe(302);
  expect(fake.job('group')).toBeDefined();
});

test('a folder is not moved into itself', async () => {
  expect(await create('inner', 'job/Team/')).toBe(302);
  for (const destination of ['/Team', '/Team/inner']) {
    const answer = await send('job/Team/move/move', { destination });
    expect(answer.headers.get('location')).toMatch(/\/job\/Team\/move\/\.$/);
  }
  expect(fake.job('Team/inner')).toBeDefined();
});

test('a folder is neither disabled nor described by the small forms, which say nothing of it', async () => {
  expect((await send('job/Team/disable', {})).status).toBe(302);
  expect((await send('job/Team/submitDescription', { description: 'x' })).status).toBe(302);
  expect(fake.job('Team')?.configXml).not.toMatch(/disabled|description/);
});
