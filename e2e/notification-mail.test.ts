/** Mails as Config, Receiver and Secret objects say, to smtp-sink of Postfix and to a server with TLS and logins. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { fetchTrace, fingerprintOf } from '@armillary/notifications';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reply, startMailServer } from '../packages/notifications/src/channels/email/testing/mail-server.ts';
import { startSmtpSink } from '../packages/notifications/src/channels/email/testing/smtp-sink.ts';
import { armillary } from './testing/armillary.ts';
import { readMail } from './testing/mail-text.ts';
import { notification, NotificationWorld } from './testing/notification-world.ts';
import { eventually, runProgram } from './testing/process.ts';
import { freePort } from './testing/free-port.ts';

const pem = (file: string): string =>
  readFileSync(join(import.meta.dirname, '../packages/notifications/fixtures/tls', file), 'utf8');

let world: NotificationWorld;
beforeAll(async () => {
  world = await NotificationWorld.start();
});
afterAll(async () => await world?.close());

/** Has a team told by mail of what happens in its namespace, which has its name. */
async function team(name: string, to: string[], account: object, spec: object = {}): Promise<void> {
  const labels = { type: 'tenant', user: name };
  const email = { from: 'Wächter <alerts@example.com>', ...account };
  await world.apply(
    notification('Config', name, labels, { email }),
    notification('Receiver', name, labels, { email: { to, ...spec } }),
  );
}

const server = (port: number): object => ({ smartHost: { host: '127.0.0.1', port } });
const open = (port: number): object => ({ ...server(port), requireTLS: false });

async function secret(name: string, stringData: Record<string, string>): Promise<void> {
  const object = { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'default' }, stringData };
  await world.client.apply(object, { fieldManager: 'test', force: true });
}

const secretKey = (name: string, key: string): object => ({
  valueFrom: { secretKeyRef: { namespace: 'default', name, key } },
});

/** What `armillary notification-manager explain` prints about an alert. */
async function explain(alertname: string, namespace: string): Promise<string> {
  const alert = [`alertname=${alertname}`, `namespace=${namespace}`];
  const args = ['notification-manager', 'explain', ...alert, '--url', world.manager.url];
  const { code, stdout, stderr } = await runProgram(process.execPath, [armillary, ...args]);
  return code === 0 ? stdout : stderr;
}

/** Waits until all that was sent about an alert has been taken. */
async function delivered(alertname: string, namespace: string): Promise<void> {
  const fingerprint = fingerprintOf({ alertname, namespace });
  await eventually(`${alertname} is delivered`, async () => {
    const { alerts } = await fetchTrace({ url: world.manager.url, fingerprint, limit: 1 });
    const deliveries = alerts.flatMap((alert) => alert.deliveries);
    return deliveries.length > 0 && deliveries.every(({ state }) => state === 'delivered');
  });
}

/** Waits until an attempt has failed; gives what is said about it. */
async function failed(alertname: string, namespace: string): Promise<string> {
  return await eventually(`${alertname} is not taken`, async () => {
    const text = await explain(alertname, namespace);
    return text.includes('was not taken') && text;
  });
}

describe('smtp-sink', () => {
  test('gets a mail for each recipient, as a page and as text, with every character', async () => {
    await using sink = await startSmtpSink();
    await team('shop', ['Ann Ärmel <ann@example.com>', 'bob@example.com'], open(sink.port));
    await world.post({
      labels: { alertname: 'Größe', namespace: 'shop' },
      annotations: { summary: 'Lager «日本» < 5 & "voll" 🙂' },
    });
    await delivered('Größe', 'shop');
    const mails = sink
      .mails()
      .map(readMail)
      .toSorted((a, b) => a.to.localeCompare(b.to));
    expect(mails.map(({ to }) => to)).toEqual(['Ann Ärmel <ann@example.com>', 'bob@example.com']);
    for (const { from, subject, parts } of mails) {
      expect(from).toBe('Wächter <alerts@example.com>');
      expect(subject).toContain('Lager «日本» < 5 & "voll" 🙂');
      expect(parts['text/plain']).toContain('Größe');
      expect(parts['text/plain']).toContain('Lager «日本» < 5 & "voll" 🙂');
      expect(parts['text/html']).toContain('Lager «日本» &lt; 5 &amp; ');
    }
  });

  test('gets plain text where that is asked for', async () => {
    await using sink = await startSmtpSink();
    await team('plain', ['ann@example.com'], open(sink.port), { tmplType: 'text' });
    await world.post({
      labels: { alertname: 'Plain', namespace: 'plain' },
      annotations: { summary: '1 < 2' },
    });
    await delivered('Plain', 'plain');
    const { parts } = readMail(sink.mails()[0] ?? '');
    expect(Object.keys(parts)).toEqual(['text/plain']);
    expect(parts['text/plain']).toContain('1 < 2');
  });

  test('gets every alert of a huge group in exactly one mail, in lines that servers take', async () => {
    await using sink = await startSmtpSink();
    await team('huge', ['ann@example.com'], open(sink.port));
    const names = Array.from({ length: 100 }, (_, number) => `Huge${number}.`);
    await world.post(
      ...names.map((alertname) => ({
        labels: { alertname, namespace: 'huge' },
        annotations: { summary: `${alertname} ${'wörter & <mehr> '.repeat(400)}` },
      })),
    );
    for (const name of names) await delivered(name, 'huge');
    const texts = sink.mails().map((mail) => readMail(mail).parts['text/plain']);
    expect(names.map((name) => texts.filter((text) => text?.includes(name)).length)).toEqual(
      names.map(() => 1),
    );
    expect(texts.length).toBeGreaterThan(1);
    const longest = Math.max(...sink.mails().flatMap((mail) => mail.split('\n').map((line) => line.length)));
    expect(longest).toBeLessThan(1000);
  });

  test('that refuses the login leaves a sentence about the Secret', async () => {
    await using sink = await startSmtpSink({ refuse: ['AUTH'] });
    await secret('refused', { password: 'letmein' });
    const login = { authUsername: 'alerts', authPassword: secretKey('refused', 'password') };
    await team('refused', ['ann@example.com'], { ...open(sink.port), ...login });
    await world.post({ labels: { alertname: 'Refused', namespace: 'refused' } });
    const words = await failed('Refused', 'refused');
    expect(words).toMatch(/ann@example\.com was not taken .*5\d\d.*check authUsername and the Secret/);
    expect(words).not.toContain('letmein');
    expect(sink.mails()).toEqual([]);
  });
});

describe('a server with TLS', () => {
  test('gets the password after STARTTLS only, once there is a Secret with it', async () => {
    await using mail = await startMailServer({
      key: pem('server.key'),
      cert: pem('server.pem'),
      authOptional: false,
      onAuth: ({ username, password }, { secure }, done) =>
        secure && password === 'correct horse' ? done(null, { user: username }) : done(reply(535, 'no')),
    });
    await team('bank', ['ann@example.com'], {
      ...server(mail.port),
      requireTLS: true,
      tls: { rootCA: secretKey('bank', 'ca') },
      authUsername: 'alerts@example.com',
      authPassword: secretKey('bank', 'password'),
    });
    await world.post({ labels: { alertname: 'Vault', namespace: 'bank' } });
    const words = await failed('Vault', 'bank');
    expect(words).toMatch(/not taken \(.*Secret default\/bank.*\), to be tried again/);
    await secret('bank', { password: 'correct horse\n', ca: pem('ca.pem') });
    await delivered('Vault', 'bank');
    expect(mail.mails).toMatchObject([{ to: ['ann@example.com'], secure: true }]);
    expect(await explain('Vault', 'bank')).toContain('ann@example.com was delivered');
  });

  test('with a certificate that nobody vouches for gets nothing, and explain says what is missing', async () => {
    await using mail = await startMailServer({ key: pem('server.key'), cert: pem('server.pem') });
    await team('unknown', ['ann@example.com'], { ...server(mail.port), requireTLS: true });
    await world.post({ labels: { alertname: 'Unknown', namespace: 'unknown' } });
    const words = await failed('Unknown', 'unknown');
    expect(words).toMatch(/certificate.*tls\.rootCA/);
    expect(mail.mails).toEqual([]);
  });
});

// One mail for each recipient, and one mail for all of them.
test.each([1, 10])('of up to %d recipients in a mail each is told as the server takes them', async (most) => {
  const receivers = {
    tenantKey: 'user',
    globalReceiverSelector: { matchLabels: { type: 'global' } },
    tenantReceiverSelector: { matchLabels: { type: 'tenant' } },
    options: { email: { maxEmailReceivers: most } },
  };
  await world.apply(notification('NotificationManager', 'main', {}, { receivers }));
  // It has the object from the start then.
  await world.restart();
  let later = 0;
  await using mail = await startMailServer({
    onRcptTo: ({ address }, _, done) => {
      if (address.startsWith('gone')) return done(reply(550, 'no such mailbox'));
      if (address.startsWith('full') && later++ === 0) return done(reply(452, 'mailbox full'));
      return done();
    },
  });
  const name = `mixed-${most}`;
  const to = ['ann', 'gone', 'full', 'bob'].map((user) => `${user}@example.com`);
  await team(name, to, open(mail.port));
  await world.post({ labels: { alertname: 'Mixed', namespace: name } });
  const recipients = (): string[] => mail.mails.flatMap((taken) => taken.to);
  await eventually('who can be told is told', () => recipients().includes('full@example.com'));
  const words = await eventually('all is done', async () => {
    const text = await explain('Mixed', name);
    return (
      text.includes('mailbox full') && text.includes('no such mailbox') && !text.includes('waiting') && text
    );
  });
  expect(recipients().toSorted()).toEqual(['ann@example.com', 'bob@example.com', 'full@example.com']);
  expect(words).toMatch(/was not taken \(.*mailbox full.*\), to be tried again/);
  expect(words).toMatch(
    most === 1 ? /gone@example\.com was given up \(.*no such mailbox/ : /but not to all \(gone@/,
  );
});

test('a server that was down gets the mail when it is back', async () => {
  // Attempts that failed are repeated after a second, then two, then four.
  await using sink = await startSmtpSink();
  const port = await freePort();
  await team('patient', ['ann@example.com'], open(port));
  await world.post({ labels: { alertname: 'Patient', namespace: 'patient' } });
  const words = await failed('Patient', 'patient');
  expect(words).toMatch(/was not taken \(.*refused.*\), to be tried again/i);
  const back = createServer((socket) => socket.pipe(connect(sink.port, '127.0.0.1')).pipe(socket));
  back.listen(port, '127.0.0.1');
  await once(back, 'listening');
  await delivered('Patient', 'patient');
  expect(sink.mails()).toHaveLength(1);
  expect(await explain('Patient', 'patient')).toContain('ann@example.com was delivered');
  // Its connections end with the sink's.
  back.close();
});
