/** docs/receivers-from-a-webhook.md: its webhooks run, keep the contract and are asked who is told; its commands work. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { json, status } from '../packages/notifications/src/sources/testing/fake-source.ts';
import { onPath } from '../scripts/debian.ts';
import { armillary, temporaryFolder } from './testing/armillary.ts';
import { blocksOf } from './testing/documented-code.ts';
import { KubectlSession, requiredKubectls } from './testing/kubectl.ts';
import { ended, runProgram } from './testing/process.ts';
import { SourceSite } from './testing/source-site.ts';

const root = join(import.meta.dirname, '..');
const example = (name: string): string => join(root, 'examples/receiver-webhook', name);
const page = readFileSync(join(root, 'docs/receivers-from-a-webhook.md'), 'utf8');

// Go is large: where it is not installed its example is left out, and says so.
const hasGo = onPath('go');
if (!hasGo) process.stderr.write('examples/receiver-webhook/receivers.go is NOT RUN: it needs go\n');

let site: SourceSite;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  [site, folder] = await Promise.all([SourceSite.start(), temporaryFolder()]);
});
afterEach(async () => await site.removeSources());
afterAll(async () => {
  await site?.close();
  await folder?.remove();
});

/** A program with its arguments. */
type Program = readonly [command: string, ...args: string[]];

/** Starts a webhook of the examples with the people of a file; it prints its address. */
async function start(
  [command, ...args]: Program,
  people: string,
): Promise<{ url: string } & AsyncDisposable> {
  const child = spawn(command, [...args, people, '0'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [url] = (await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`${command} ended with ${code}`))),
  ])) as [string];
  return {
    url,
    async [Symbol.asyncDispose]() {
      child.kill();
      await ended(child);
    },
  };
}

/** What `check-source` says of a webhook, with the milliseconds of the page. */
async function check(url: string, ...flags: string[]): Promise<string> {
  const args = ['notification-manager', 'check-source', url, '--namespace', 'shop', ...flags];
  const { stdout, stderr, code } = await runProgram(process.execPath, [armillary, ...args]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.replace(/\d+ ms of 2000 ms.*/u, '20 ms of 2000 ms');
}

const javascript: Program = [process.execPath, example('receivers.mjs')];

async function compiledGo(): Promise<Program> {
  const program = join(folder.path, 'receivers');
  const args = ['build', '-o', program, example('receivers.go')];
  expect(await runProgram('go', args, { timeoutMs: 100_000 })).toMatchObject({ code: 0, stderr: '' });
  return [program];
}

describe('a webhook in about twenty lines', () => {
  test('the page shows the examples as they are', () => {
    const text = (name: string): string => readFileSync(example(name), 'utf8');
    expect(blocksOf(page, 'python')).toEqual([text('receivers.py')]);
    expect(blocksOf(page, 'go')).toEqual([text('receivers.go')]);
    expect(blocksOf(page, 'js')).toEqual([text('receivers.mjs')]);
    expect(blocksOf(page, 'json')[0]).toBe(text('people.json'));
  });

  test('check-source says of them what the page says', async () => {
    await using webhook = await start(javascript, example('people.json'));
    expect(await check(webhook.url)).toBe(blocksOf(page, 'text')[0]);
  });

  const languages: [string, () => Promise<Program>][] = [
    ['receivers.py', async () => ['python3', example('receivers.py')]],
    ['receivers.mjs', async () => javascript],
  ];
  if (hasGo) languages.push(['receivers.go', compiledGo]);

  test.each(languages)(
    '%s keeps the contract, and whoever it names is told',
    async (_, program) => {
      const people = join(folder.path, 'people.json');
      await writeFile(people, JSON.stringify({ shop: [site.person('ann')] }));
      await using webhook = await start(await program(), people);
      expect(await check(webhook.url, '--allow-loopback')).toMatch(
        /^passed {2}receivers: all can be used$/mu,
      );
      await site.use({ url: webhook.url });
      expect(await site.told()).toEqual(['ann', 'everybody', 'shop-team']);
      expect(await site.told('bank')).toEqual(['everybody']);
    },
    240_000,
  );
});

test('check-source ends with 1 for a webhook that fails, and with 2 for what is no address', async () => {
  site.source.handler = status(500);
  const run = (...args: string[]) =>
    runProgram(process.execPath, [armillary, 'notification-manager', 'check-source', ...args]);
  const failing = await run(site.source.url, '--output', 'json');
  expect(failing).toMatchObject({ code: 1, stderr: 'armillary: one check failed\n' });
  expect(JSON.parse(failing.stdout)).toMatchObject({ check: 'answers', outcome: 'failed' });
  expect(await run('ftp://people.example.com')).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('must be an address that begins with http:// or https://'),
  });
});

test('the objects of the page are taken by the API server as they are', async () => {
  const { api } = site.world;
  const kubectl = new KubectlSession(requiredKubectls().at(-1)!, api.kubeconfig, folder.path);
  const inCommands = blocksOf(page, 'sh').flatMap((code) => /<<'YAML'\n(.*?)^YAML$/msu.exec(code)?.[1] ?? []);
  const objects = [...blocksOf(page, 'yaml'), ...inCommands];
  expect(objects).toHaveLength(3);
  for (const stdin of objects) {
    await kubectl.out(['apply', '--dry-run=server', '--validate=strict', '-f=-'], { stdin });
  }
});

test('the answer of the page can be used whole', async () => {
  const [, , answer = ''] = blocksOf(page, 'json');
  site.source.handler = (request, response) =>
    (request.method === 'GET' ? json(JSON.parse(answer)) : status(404))(request, response);
  const said = await check(site.source.url);
  expect(said).toContain('format: 2 receivers, 1 tenants, 1 configs, 0 left out');
});

test('the commands of the page sign an invalidation', async () => {
  const name = await site.use({
    auth: { hmac: { secret: { value: 'shared' } } },
    mergePolicy: 'Only',
  });
  site.source.handler = site.names('ann');
  await site.told();
  site.source.handler = site.names('bob');
  const commands = blocksOf(page, 'sh').find((code) => code.includes('openssl'))!;
  const env = { ...process.env, SECRET: 'shared', NOTIFICATIONS: site.url };
  const { code, stderr } = await runProgram('sh', ['-ec', commands.replace('on-call', name)], { env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(await site.told()).toEqual(['bob', 'everybody']);
});
