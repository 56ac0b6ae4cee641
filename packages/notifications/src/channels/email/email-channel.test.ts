import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { testAlert, testContext, testHttp } from '../../testing/notice.ts';
import { sendNotice } from '../../testing/send-notice.ts';
import type { DeliveryReport, Notice } from '../channel.ts';
import { createEmailChannel } from './email-channel.ts';
import { emailNotice } from './testing/email-notice.ts';
import { reply, startMailServer } from './testing/mail-server.ts';
import { startSmtpSink, type SmtpSink } from './testing/smtp-sink.ts';

const http = testHttp();
let email = createEmailChannel();

afterEach(async () => {
  await email.close();
  email = createEmailChannel();
});
afterAll(() => http.close());

const send = (notice: Notice<'email'>): Promise<DeliveryReport> =>
  sendNotice(email, notice, testContext({ http }));

/** The mails of a sink, once there are so many and each is complete. */
async function mailsOf(sink: SmtpSink, count: number): Promise<string[]> {
  return await vi.waitFor(
    () => {
      const mails = sink.mails().filter((mail) => mail.endsWith('--\n\n') || mail.endsWith('happened\n\n'));
      expect(mails).toHaveLength(count);
      return mails;
    },
    { timeout: 60_000 },
  );
}

describe('to smtp-sink of Postfix', () => {
  test('a mail has its envelope, its headers and a body that ends as it should', async () => {
    await using sink = await startSmtpSink();
    expect(await send(emailNotice({ port: sink.port }))).toEqual({ rejected: [] });
    const [mail = ''] = await mailsOf(sink, 1);
    expect(mail).toContain('X-Mail-Args: <nm@example.com>');
    expect(mail).toContain('X-Rcpt-Args: <ann@example.com>');
    expect(mail).toContain('\nFrom: Alerts <nm@example.com>\n');
    expect(mail).toContain('\nTo: Ann <ann@example.com>\n');
    expect(mail).toContain('\nSubject: DiskFull\n');
    expect(mail).toContain('\nAuto-Submitted: auto-generated\n');
    expect(mail).toMatch(/\nDate: .+ \+0000\n/u);
    expect(mail).toMatch(/\nMessage-ID: <[0-9a-f]{32}@example\.com>\n/u);
    const boundary = /multipart\/alternative;\s+boundary="(.+)"/u.exec(mail)?.[1] ?? 'none';
    expect(mail.split(`\n--${boundary}\n`)).toHaveLength(3);
    expect(mail.trimEnd().endsWith(`--${boundary}--`)).toBe(true);
  });

  test('a mail of plain text has one part', async () => {
    await using sink = await startSmtpSink();
    await send(emailNotice({ port: sink.port, receiver: { tmplType: 'text' } }));
    const [mail = ''] = await mailsOf(sink, 1);
    expect(mail).toContain('Content-Type: text/plain; charset=utf-8');
    expect(mail).not.toContain('multipart');
  });

  test('many mails go out over few connections', async () => {
    await using sink = await startSmtpSink();
    const notices = Array.from({ length: 30 }, (_, index) =>
      emailNotice({ port: sink.port, delivery: `delivery-${index}` }),
    );
    await Promise.all(notices.map(send));
    expect(new Set((await mailsOf(sink, 30)).map((mail) => /Message-ID: (.+)/u.exec(mail)?.[1])).size).toBe(
      30,
    );
  });

  test.each([
    ['PLAIN', {}],
    ['PLAIN on behalf of another', { authIdentify: 'team' }],
  ])('a login: %s', async (_, config) => {
    await using sink = await startSmtpSink();
    const login = { authUsername: 'nm', authPassword: { value: 'secret\n' } };
    await send(emailNotice({ port: sink.port, config: { ...login, ...config } }));
    await mailsOf(sink, 1);
  });

  test.each(['MAIL', 'RCPT', 'DATA', '.'])('%s refused for good is not tried again', async (command) => {
    await using sink = await startSmtpSink({ refuse: [command] });
    await expect(send(emailNotice({ port: sink.port }))).rejects.toMatchObject({
      name: 'DeliveryError',
      fault: 'permanent',
      code: expect.stringMatching(/^SMTP 5\d\d$/u),
    });
  });

  test.each(['CONNECT', 'MAIL', 'RCPT', 'DATA', '.'])(
    '%s refused for now is tried again',
    async (command) => {
      await using sink = await startSmtpSink({ defer: [command] });
      await expect(send(emailNotice({ port: sink.port }))).rejects.toMatchObject({
        fault: 'transient',
        code: expect.stringMatching(/^SMTP 4\d\d$/u),
      });
    },
  );

  test.each(['CONNECT', 'EHLO', 'MAIL', 'RCPT', 'DATA', '.'])(
    'a connection that is cut after %s is tried again later, by who knows what was told',
    async (command) => {
      await using sink = await startSmtpSink({ hangUp: [command] });
      await expect(send(emailNotice({ port: sink.port }))).rejects.toMatchObject({
        name: 'DeliveryError',
        fault: 'transient',
      });
    },
  );

  test('a header in an alert is no header of the mail', async () => {
    await using sink = await startSmtpSink();
    const alerts = [
      testAlert('Disk\r\nBcc: eve@example.com\r\n\r\nbody', { annotations: { message: '\r\n.\r\nQUIT' } }),
    ];
    await send(emailNotice({ port: sink.port, alerts, receiver: { tmplType: 'text' } }));
    // The sink answers when it has written the whole of it.
    const [mail = '', ...others] = sink.mails();
    expect(others).toEqual([]);
    expect(mail).toContain('\nSubject: Disk Bcc: eve@example.com body\n');
    expect(mail).not.toMatch(/^Bcc:/mu);
    expect(mail.match(/X-Rcpt-Args/gu)).toHaveLength(1);
  });
});

test('a server that is not there is asked again', async () => {
  const sink = await startSmtpSink();
  await sink[Symbol.asyncDispose]();
  await expect(send(emailNotice({ port: sink.port }))).rejects.toMatchObject({
    fault: 'transient',
    code: 'ECONNREFUSED',
    message: expect.stringContaining(`mail server 127.0.0.1:${sink.port}: `),
  });
});

describe('destinations', () => {
  const to = ['Zoe <zoe@example.com>', 'ann@example.com', 'Ann@Example.com', '"Ann" <ANN@example.com>'];

  test('are single mailboxes, each once however it is written', () => {
    const found = email.destinations({ to, subjectTemplate: 's' }, undefined);
    expect(found.map(({ address, shown }) => [address, shown])).toEqual([
      ['ann@example.com', 'email to ann@example.com'],
      ['zoe@example.com', 'email to zoe@example.com'],
    ]);
    expect(found[1]?.spec).toEqual({ to: ['Zoe <zoe@example.com>'], subjectTemplate: 's' });
  });

  test('are also those of lists in one entry, as upstream takes them', () => {
    const lists = ['"Ops, all" <ops@example.com>, bob@example.com', 'bob@example.com,'];
    expect(email.destinations({ to: lists }, undefined).map(({ spec }) => spec.to)).toEqual([
      ['bob@example.com'],
      ['"Ops, all" <ops@example.com>'],
    ]);
  });

  test('are as large as maxEmailReceivers says, and the same whatever the order', () => {
    const options = { email: { maxEmailReceivers: 2 } };
    const five = ['e@example.com', 'b@example.com', 'a@example.com', 'd@example.com', 'c@example.com'];
    const addresses = (list: string[]) =>
      email.destinations({ to: list }, options).map(({ address }) => address);
    expect(addresses(five)).toEqual([
      'a@example.com,b@example.com',
      'c@example.com,d@example.com',
      'e@example.com',
    ]);
    expect(addresses(five.toReversed())).toEqual(addresses(five));
  });

  test.each([0, 1, -5])('maxEmailReceivers %d means one', (maxEmailReceivers) => {
    expect(email.destinations({ to }, { email: { maxEmailReceivers } })).toHaveLength(2);
  });
});

describe('one mail for several mailboxes', () => {
  const group = { to: ['a@example.com', 'b@example.com', 'c@example.com'] };

  test('is one mail, in which none of them sees the others', async () => {
    await using server = await startMailServer();
    await send(emailNotice({ port: server.port, receiver: group }));
    expect(server.mails.map((mail) => mail.to)).toEqual([group.to]);
    expect(server.mails[0]?.text).toMatch(/^To: "undisclosed-recipients":;\r?$/mu);
    expect(server.mails[0]?.text).not.toContain('b@example.com');
  });

  test('reaches the others when a mailbox is refused for good, which is reported', async () => {
    await using server = await startMailServer({
      onRcptTo: ({ address }, _, done) => done(address.startsWith('b') ? reply(550, 'no such user') : null),
    });
    const report = await send(emailNotice({ port: server.port, receiver: group }));
    expect(report.rejected).toEqual([
      { address: 'b@example.com', reason: expect.stringContaining('no such user') },
    ]);
    expect(server.mails.map((mail) => mail.to)).toEqual([['a@example.com', 'c@example.com']]);
  });

  test('is not sent again to those who have it when one is to be tried later', async () => {
    const busy = new Set(['b@example.com']);
    await using server = await startMailServer({
      onRcptTo: ({ address }, _, done) => {
        if (address.startsWith('c')) done(reply(550, 'no such user'));
        else done(busy.has(address) ? reply(450, 'greylisted') : null);
      },
    });
    const notice = emailNotice({ port: server.port, receiver: group });
    await expect(send(notice)).rejects.toMatchObject({
      fault: 'transient',
      code: 'SMTP 450',
      message: expect.stringMatching(/b@example\.com: .*greylisted/u),
    });
    busy.clear();
    expect(await send(notice)).toEqual({ rejected: [expect.objectContaining({ address: 'c@example.com' })] });
    expect(server.mails.map((mail) => mail.to)).toEqual([['a@example.com'], ['b@example.com']]);
    const ids = server.mails.map((mail) => /Message-ID: (\S+)/u.exec(mail.text)?.[1]);
    expect(new Set(ids).size).toBe(1);
  });

  test('is refused for good when every mailbox is', async () => {
    await using server = await startMailServer({
      onRcptTo: (_, __, done) => done(reply(550, 'no such user')),
    });
    await expect(send(emailNotice({ port: server.port, receiver: group }))).rejects.toMatchObject({
      fault: 'permanent',
      code: 'SMTP 550',
    });
  });

  test('is tried again when none could be told now, though some never can', async () => {
    await using server = await startMailServer({
      onRcptTo: ({ address }, _, done) =>
        done(address.startsWith('b') ? reply(550, 'gone') : reply(451, 'busy')),
    });
    await expect(send(emailNotice({ port: server.port, receiver: group }))).rejects.toMatchObject({
      fault: 'transient',
    });
  });
});

test('without a Config there is nothing to send with', async () => {
  const notice = { ...emailNotice(), config: undefined };
  await expect(send(notice)).rejects.toMatchObject({ fault: 'permanent' });
});

test('a receiver of another time whose address is none is given up', async () => {
  await expect(send(emailNotice({ receiver: { to: ['nobody'] } }))).rejects.toMatchObject({
    fault: 'permanent',
    message: '"nobody" is no mail address',
  });
});
