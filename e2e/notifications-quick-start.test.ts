/** docs/notifications-quick-start.md: its commands are run in their order, and print what the page shows. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { delimiter, join } from 'node:path';
import { fetchTrace, fingerprintOf } from '@armillary/notifications';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import {
  startMailServer,
  type TestMailServer,
} from '../packages/notifications/src/channels/email/testing/mail-server.ts';
import { startSlack } from '../packages/notifications/src/testing/providers/slack.ts';
import { Alertmanager, type AlertmanagerOptions } from './testing/alertmanager.ts';
import { startArmillary, temporaryFolder, type Running } from './testing/armillary.ts';
import { requiredKubectls } from './testing/kubectl.ts';
import { ended, eventually, runProgram } from './testing/process.ts';
import { freePort } from './testing/free-port.ts';

vi.setConfig({ testTimeout: 400_000 });

const root = join(import.meta.dirname, '..');
const pem = (file: string): string =>
  readFileSync(join(root, 'packages/notifications/fixtures/tls', file), 'utf8');
const page = readFileSync(join(root, 'docs/notifications-quick-start.md'), 'utf8');
const blocks = [...page.matchAll(/^```(\w+)\n(.*?)^```$/gmsu)].map(([, language = '', code = '']) => ({
  language,
  code,
}));

const closing = new AsyncDisposableStack();
let up: Running;
let mail: TestMailServer;
let slack: Awaited<ReturnType<typeof startSlack>>;
let env: NodeJS.ProcessEnv;
/** The page's addresses and accounts, and those of this machine. */
let here: Map<string, string>;

beforeAll(async () => {
  const folder = await temporaryFolder();
  closing.defer(() => folder.remove());
  const ports = ['--port', '0', '--api-port', '0', '--notification-port', '0'];
  // As `npm start` does, but for the ports.
  up = await startArmillary(['up', '--demo', '--data', join(folder.path, 'data'), ...ports]);
  closing.defer(async () => expect(await up.stop()).toBe(0));
  slack = closing.use(await startSlack());
  mail = closing.use(
    await startMailServer({
      key: pem('server.key'),
      cert: pem('server.pem'),
      authOptional: false,
      onAuth: ({ username, password }, { secure }, done) =>
        done(secure && password === 'change-me' ? null : new Error('no'), { user: username }),
    }),
  );
  const port = await freePort();
  const url = up.ready.notifications;
  here = new Map([
    ['http://127.0.0.1:19093', url],
    ['notification-manager explain', `notification-manager explain --url ${url}`],
    ['127.0.0.1:8000', `127.0.0.1:${port}`],
    ['listen(8000)', `listen(${port})`],
    ['host: smtp.example.com, port: 587', `host: localhost, port: ${mail.port}`],
    [
      'requireTLS: true',
      `requireTLS: true\n    tls: { rootCA: { value: ${JSON.stringify(pem('ca.pem'))} } }`,
    ],
    ['xoxb-change-me', 'xoxb-good'],
    [
      'name: slack, labels: { type: default }',
      `name: slack, labels: { type: default }, annotations: { notification.armillary.dev/api-url: "${slack.url}" }`,
    ],
  ]);
  await symlink(requiredKubectls().at(-1)?.path ?? '', join(folder.path, 'kubectl'));
  env = {
    ...process.env,
    HOME: folder.path,
    KUBECONFIG: up.ready.kubeconfig,
    PATH: [folder.path, join(root, 'node_modules/.bin'), process.env['PATH']].join(delimiter),
  };
});
afterAll(() => closing.disposeAsync());

const local = (text: string): string =>
  [...here].reduce((changed, [theirs, ours]) => changed.replaceAll(theirs, ours), text);

test('the page works as it stands', async () => {
  let posted = '';
  for (const [index, { language, code }] of blocks.entries()) {
    if (code.startsWith('npm ci') || code.startsWith('export KUBECONFIG')) continue;
    if (language === 'json' || language === 'text') continue;
    if (language === 'yaml') await startAlertmanager(code);
    else if (code.startsWith('node -e')) await startListener(code, (text) => (posted += text));
    else {
      const shown = blocks[index + 1];
      await eventually(`it prints what the page shows:\n${code}`, async () =>
        matches(await run(code), shown),
      );
      await known(code);
    }
  }
  await eventually('the till is in the channel', () => slack.requests.length > 0);
  await eventually('the till is in the mail', () =>
    mail.mails.some(({ text }) => text.includes('The till is down')),
  );
  await eventually('the till is printed', () => posted.includes('TillDown'));
  expect(posted).toContain('OutOfTea');
  expect(slack.requests.map(({ text }) => text)).toEqual([expect.stringContaining('The till is down')]);
  expect(slack.complaints).toEqual([]);
});

/** Runs commands as somebody does who reads the page; gives what they print. */
async function run(code: string): Promise<string> {
  const options = { cwd: root, env, timeoutMs: 60_000 };
  const {
    code: exit,
    stdout,
    stderr,
  } = await runProgram('bash', ['-euo', 'pipefail', '-c', local(code)], options);
  if (exit !== 0) throw new Error(`${code}\nended with ${exit}:\n${stderr}`);
  return stdout;
}

/** Whether commands printed what the page shows below them, but for the times; all is well where it shows nothing. */
function matches(printed: string, shown: (typeof blocks)[number] | undefined): boolean {
  if (shown?.language === 'json')
    return JSON.stringify(JSON.parse(printed)) === JSON.stringify(JSON.parse(shown.code));
  if (shown?.language !== 'text') return true;
  const timeless = (text: string): string => text.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/gu, 'now');
  return timeless(printed) === timeless(local(shown.code));
}

/** Waits until the notification manager knows the objects of a command. */
async function known(code: string): Promise<void> {
  const [, objects = ''] = /YAML'?\n(.*)^YAML$/msu.exec(code) ?? [];
  for (const document of parseAllDocuments(objects)) {
    const { kind, metadata } = document.toJS() as { kind: string; metadata: { name: string } };
    await eventually(`${kind} ${metadata.name} is known`, async () => {
      if (kind === 'Silence') return await silences({ alertname: 'OutOfTea' }, metadata.name);
      const list = await fetch(`${up.ready.notifications}/${kind.toLowerCase()}s`);
      return Object.keys((await list.json()) as object).some((key) => key.endsWith(`/${metadata.name}`));
    });
  }
}

/** Whether an alert with these labels is silenced now. */
async function silences(like: Record<string, string>, silence: string): Promise<boolean> {
  const url = up.ready.notifications;
  const labels = { ...like, probe: randomUUID() };
  await fetch(`${url}/api/v2/alerts`, { method: 'POST', body: JSON.stringify({ alerts: [{ labels }] }) });
  const words = await eventually('the probe is decided', async () => {
    const { alerts } = await fetchTrace({ url, fingerprint: fingerprintOf(labels), limit: 1 });
    return alerts[0]?.state === 'routed' && alerts[0].words;
  });
  return words.some((sentence) => sentence.includes(`Silence ${silence} covers`));
}

/** Starts what prints the posts that it gets. Resolves when it listens: the page shows one attempt to tell it. */
async function startListener(code: string, onText: (text: string) => void): Promise<void> {
  const listener = spawn('bash', ['-c', `exec ${local(code)}`], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  listener.stdout.setEncoding('utf8').on('data', onText);
  closing.defer(async () => {
    listener.kill();
    await ended(listener);
  });
  const port = Number(/listen\((\d+)\)/u.exec(local(code))?.[1]);
  await eventually('somebody listens', async () => {
    const socket = connect(port, '127.0.0.1');
    const connected = await once(socket, 'connect').catch(() => undefined);
    socket.destroy();
    return connected !== undefined;
  });
}

/** Starts Alertmanager with the page's configuration, but without waiting for more alerts of a group. */
async function startAlertmanager(code: string): Promise<void> {
  const config = parse(local(code)) as {
    route: object;
    receivers: [{ webhook_configs: [AlertmanagerOptions['webhook']] }];
  };
  const [
    {
      webhook_configs: [webhook],
    },
  ] = config.receivers;
  const alertmanager = await Alertmanager.start({ webhook, route: { ...config.route, group_wait: '0s' } });
  here.set('http://127.0.0.1:9093', closing.use(alertmanager).url);
}
