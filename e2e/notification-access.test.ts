/**
 * Who may use the notification manager: whoever knows a token, whom the cluster allows, or nobody until somebody chose.
 * KUBEBUILDER_ASSETS makes the server a real kube-apiserver.
 */
import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { armillary } from './testing/armillary.ts';
import { InstalledNotifications, installNamespace } from './testing/installed-notifications.ts';
import { runProgram } from './testing/process.ts';
import { serviceAccountToken } from './testing/service-account.ts';

let cluster: InstalledNotifications;
beforeAll(async () => {
  cluster = await InstalledNotifications.start('caller-rights.yaml');
});
afterAll(async () => {
  const { codes, log } = await cluster.close();
  expect(new Set(codes)).toEqual(new Set([0]));
  expect(log).not.toMatch(/"level":(50|60)/);
});

/** Starts a notification manager; gives how it answers requests, as status codes. */
async function start(data: string, ...flags: string[]) {
  const running = await cluster.runAs('notification-manager-sa', [
    'notification-manager',
    '--port=0',
    `--data=${cluster.folder}/${data}`,
    ...flags,
  ]);
  const ask = async (path: string, authorization?: string, body?: object): Promise<number> => {
    const response = await fetch(`${running.ready.notifications}${path}`, {
      headers: authorization === undefined ? {} : { authorization },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
    await response.arrayBuffer();
    return response.status;
  };
  let sent = 0;
  return {
    read: async (authorization?: string) => await ask('/api/v2/receivers', authorization),
    verify: async (authorization?: string) => await ask('/api/v2/verify', authorization, {}),
    send: async (authorization?: string) => {
      const labels = { alertname: 'Access', number: `${(sent += 1)}` };
      return await ask('/api/v2/alerts', authorization, {
        version: '4',
        alerts: [{ status: 'firing', labels }],
      });
    },
    alive: async () => [await ask('/healthz'), await ask('/readyz'), await ask('/metrics')],
  };
}

const basic = (password: string): string => `Basic ${Buffer.from(`anybody:${password}`).toString('base64')}`;

describe('a token in a file', () => {
  test('opens everything to who knows it, as a bearer token or as a password, and to nobody else', async () => {
    const file = `${cluster.folder}/token-file`;
    await writeFile(file, 'first\n', { mode: 0o600 });
    const manager = await start('token', `--token-file=${file}`);
    expect(await manager.send('Bearer first')).toBe(200);
    expect(await manager.send(basic('first'))).toBe(200);
    expect(await manager.read('Bearer first')).toBe(200);
    for (const wrong of [
      undefined,
      'Bearer',
      'Bearer firs',
      'Bearer first2',
      basic('other'),
      'Digest first',
    ]) {
      expect(await manager.send(wrong)).toBe(401);
      expect(await manager.read(wrong)).toBe(401);
    }
    expect(await manager.alive()).toEqual([200, 200, 200]);
    await writeFile(file, 'second\n');
    expect(await manager.read('Bearer first')).toBe(401);
    expect(await manager.read('Bearer second')).toBe(200);
  });

  test('may leave alerts to everybody', async () => {
    const file = `${cluster.folder}/other-token-file`;
    await writeFile(file, 'secret\n', { mode: 0o600 });
    const manager = await start('anonymous', `--token-file=${file}`, '--anonymous-alerts');
    expect(await manager.send()).toBe(200);
    expect(await manager.read()).toBe(401);
    expect(await manager.verify()).toBe(401);
    expect(await manager.read('Bearer secret')).toBe(200);
  });
});

describe('the cluster', () => {
  test('lets its accounts do what their roles say', async () => {
    const accounts = { sender: 'armillary-alert-sender', viewer: 'armillary-notification-viewer' };
    for (const [name, role] of Object.entries(accounts)) {
      await cluster.kubectl.out(['create', 'serviceaccount', name, '-n', installNamespace]);
      const subject = `--serviceaccount=${installNamespace}:${name}`;
      await cluster.kubectl.out(['create', 'clusterrolebinding', name, `--clusterrole=${role}`, subject]);
    }
    const token = async (name: string): Promise<string> =>
      await serviceAccountToken(cluster.kubectl, { namespace: installNamespace, name });
    const [sender, viewer] = [await token('sender'), await token('viewer')];

    const manager = await start('cluster', '--access=kubernetes');
    expect(await manager.send(`Bearer ${sender}`)).toBe(200);
    expect(await manager.send(basic(sender))).toBe(200);
    expect(await manager.read(`Bearer ${sender}`)).toBe(403);
    expect(await manager.verify(`Bearer ${sender}`)).toBe(403);
    expect(await manager.read(`Bearer ${viewer}`)).toBe(200);
    expect(await manager.send(`Bearer ${viewer}`)).toBe(403);
    expect(await manager.send()).toBe(401);
    // Of another cluster, or cut.
    expect(await manager.send(`Bearer ${sender.slice(0, -5)}`)).toBe(401);
  });
});

describe('without a choice', () => {
  test('loopback is open to the programs of the machine', async () => {
    const manager = await start('open');
    expect([await manager.send(), await manager.read()]).toEqual([200, 200]);
  });

  test.each([
    [['--host=0.0.0.0'], /--token-file .*--access kubernetes.*--access open/],
    [['--webhook.address=:0'], /others can reach this/],
    [['--access=token'], /needs --token-file/],
    [['--token-file=/nowhere/token'], /cannot be read/],
  ])('%j is refused with what to say', async (flags, words) => {
    const args = [
      armillary,
      'notification-manager',
      '--port=0',
      `--data=${cluster.folder}/refused`,
      ...flags,
    ];
    const env = cluster.kubectl.env;
    const { code, stderr } = await runProgram(process.execPath, args, { env });
    expect([code, stderr]).toEqual([2, expect.stringMatching(words)]);
  });
});
