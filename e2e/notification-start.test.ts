/** What `armillary notification-manager` says when it cannot start: what to do about it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { armillary, temporaryFolder } from './testing/armillary.ts';
import { runProgram } from './testing/process.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
  const cluster = { name: 'c', cluster: { server: 'http://127.0.0.1:9' } };
  const contexts = [{ name: 'c', context: { cluster: 'c', user: 'u' } }];
  const kubeconfig = {
    clusters: [cluster],
    contexts,
    users: [{ name: 'u', user: {} }],
    'current-context': 'c',
  };
  writeFileSync(join(folder.path, 'kubeconfig'), JSON.stringify(kubeconfig));
  writeFileSync(join(folder.path, 'empty'), '');
  writeFileSync(join(folder.path, 'mysql'), 'mysql://user:hidden@db/alerts');
});
afterAll(async () => await folder?.remove());

test.each([
  [['--store-url-file=empty'], 2, '--store-url-file: what is there does not begin with postgres://'],
  [['--store-url-file=mysql'], 2, '--store-url-file: what is there does not begin with postgres://'],
  [['--sidecar-url=localhost:19094'], 2, 'an address begins with http:// or https://'],
  [['--data=empty'], 1, '--data: no folder can be made at empty'],
  [['--host=192.0.2.1', '--access=open'], 1, '--host: 192.0.2.1 is no address of this machine'],
])('%j', async (flags, exitCode, message) => {
  const args = ['notification-manager', '--kubeconfig=kubeconfig', '--port=0', ...flags];
  const { code, stdout, stderr } = await runProgram(process.execPath, [armillary, ...args], {
    cwd: folder.path,
  });
  expect([code, stdout]).toEqual([exitCode, '']);
  expect(stderr).toContain(message);
  expect(stderr).not.toContain('hidden');
});
