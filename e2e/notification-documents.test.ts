/** The pages about notifications say what the program does: examples, flags and metrics. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { armillary } from './testing/armillary.ts';
import { NotificationWorld } from './testing/notification-world.ts';
import { runProgram } from './testing/process.ts';

const root = new URL('..', import.meta.url).pathname;
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
/** What the first group of a pattern finds. */
const found = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, group = '']) => group);
const reference = read('docs/notification-manager.md');

test('the YAML of each channel is that of its example', () => {
  const blocks = found(read('docs/notification-channels.md'), /```yaml\n(.*?)```/gs);
  const examples = readdirSync(join(root, 'examples/notifications')).map((name) =>
    read(`examples/notifications/${name}`),
  );
  expect(blocks).toHaveLength(11);
  for (const block of blocks) expect(examples).toContain(block);
});

describe('every flag is described, and no other', () => {
  const commands = read('docs/command-line.md');
  const section = (page: string, heading: string): string => {
    const [text = ''] = page.slice(page.indexOf(heading)).split(/\n## |\n`armillary up`/);
    return text;
  };

  test.each([
    ['', section(reference, '## Flags')],
    ['explain', section(commands, '## `armillary notification-manager explain')],
    ['check-source', section(commands, '## `armillary notification-manager check-source')],
    ['sidecar', section(commands, '## `armillary notification-manager sidecar')],
  ])('notification-manager %s', async (command, text) => {
    const args = ['notification-manager', ...(command === '' ? [] : [command]), '--help'];
    const { stdout } = await runProgram(process.execPath, [armillary, ...args]);
    const flags = found(stdout, /^ {2}(--[\w.-]+)/gm);
    const described = found(text, /`(--[\w.-]+)[ `]/g);
    expect(new Set(described)).toEqual(new Set(flags));
  });
});

test('the program of the README runs', async () => {
  const [, code = ''] = /```ts\n(.*?)```/s.exec(read('packages/notifications/README.md')) ?? [];
  const world = await NotificationWorld.start();
  const program = code.replace("'.armillary/notifications'", JSON.stringify(join(world.folder, 'readme')));
  const { stdout, stderr } = await runProgram(
    process.execPath,
    ['--input-type=module-typescript', '--eval', program],
    { cwd: join(root, 'packages/notifications'), env: { ...process.env, KUBECONFIG: world.api.kubeconfig } },
  );
  await world.close();
  expect([stdout, stderr]).toEqual([expect.stringMatching(/^alerts are taken at http.*alerts\n$/), '']);
});

test('the reference has every metric, and no other', async () => {
  const world = await NotificationWorld.start();
  const text = await (await fetch(`${world.manager.url}/metrics`)).text();
  await world.close();
  const names = found(text, /^# HELP armillary_notifications_(\w+)/gm);
  const table = reference.slice(reference.indexOf('## Metrics'), reference.indexOf('Worth an alert'));
  const rows = found(table, /^\| (`.+?) +\|/gm);
  const described = rows.flatMap((cell) => found(cell, /`(\w+)/g));
  expect(described.toSorted()).toEqual(names.toSorted());
});

test('the manifests run the image of this version', () => {
  const { version } = JSON.parse(read('packages/armillary/package.json')) as { version: string };
  const images = ['operator.yaml', 'deployment.yaml'].flatMap((name) =>
    found(read(`deploy/notification-manager/${name}`), /image: (\S+)/g),
  );
  expect(new Set(images)).toEqual(new Set([`ghcr.io/armillary/armillary:${version}`]));
});
