import { systemClock } from '@armillary/kube';
import { describe, expect, test } from 'vitest';
import { Templates } from '../../templates/templates.ts';
import { testAlert, testContext, testHttp } from '../../testing/notice.ts';
import type { ChannelContext } from '../channel.ts';
import { DeliveryError } from '../../delivery-error.ts';
import { mailsOf } from './mail.ts';
import { emailNotice } from './testing/email-notice.ts';

/** The program's own templates, with some more. */
function realContext(options?: ChannelContext['options'], more = ''): ChannelContext {
  const templates = new Templates({ texts: [{ name: 'more', text: more }], languagePacks: [] }, systemClock);
  const render = templates.renderer({ groupLabels: {}, receiverName: 'ops' });
  return testContext({ http: testHttp(), render, options });
}

const nasty = testAlert('A<b>&"c"', { annotations: { message: '<script>alert(1)</script> & more' } });

describe('what is written', () => {
  test('alert texts are escaped in pages, where upstream leaves them as they are', () => {
    const [mail] = mailsOf(emailNotice({ alerts: [nasty] }), realContext());
    expect(mail?.body.html).toContain('&lt;script&gt;');
    expect(mail?.body.html).not.toContain('<script>');
  });

  test('alert texts are not escaped in plain text, where upstream escapes them', () => {
    const [mail] = mailsOf(emailNotice({ alerts: [nasty], receiver: { tmplType: 'text' } }), realContext());
    expect(mail?.body.text).toContain('<script>alert(1)</script> & more');
    expect(mail?.body.html).toBeUndefined();
  });

  test('a page comes with its plain text', () => {
    const [mail] = mailsOf(emailNotice({ alerts: [nasty] }), realContext());
    expect(mail?.body.text).toContain('<script>alert(1)</script> & more');
  });

  test('a page that says little about long alerts goes without its plain text when that would be too much', () => {
    const long = Array.from({ length: 100 }, (_, index) =>
      testAlert(`Alert${index}`, { annotations: { message: 'x'.repeat(15_000) } }),
    );
    const receiver = { template: '<p>{{ len .Alerts }} alerts</p>' };
    const mails = mailsOf(emailNotice({ alerts: long, receiver }), realContext());
    expect(mails.map(({ alerts, body }) => [alerts, body.html, body.text])).toEqual([
      [100, '<p>100 alerts</p>', ''],
    ]);
  });

  test('a subject is one line of plain text, cut where it gets long', () => {
    const long = testAlert(`Disk\n${'ä'.repeat(500)}`);
    const [mail] = mailsOf(emailNotice({ alerts: [nasty, long] }), realContext(undefined, ''));
    expect(mail?.body.subject).not.toMatch(/[\r\n]/u);
    const subjectTemplate = '{{ range .Alerts }}{{ .Labels.alertname }} {{ end }}';
    const [own] = mailsOf(
      emailNotice({ alerts: [nasty, long], receiver: { subjectTemplate } }),
      realContext(),
    );
    expect(own?.body.subject).toMatch(/^A<b>&"c" Disk ä+…$/u);
    expect(Buffer.byteLength(own?.body.subject ?? '')).toBeLessThanOrEqual(200);
  });

  test('an error in the body or the subject is reported, where upstream sends an empty mail', () => {
    for (const receiver of [
      { template: '{{ template "nowhere" . }}' },
      { subjectTemplate: '{{ .No.Such }}' },
    ]) {
      expect(() => mailsOf(emailNotice({ receiver }), realContext())).toThrow(DeliveryError);
    }
  });

  test('a template that says nothing is an error', () => {
    const receiver = { template: '{{ if false }}x{{ end }}' };
    expect(() => mailsOf(emailNotice({ receiver }), realContext())).toThrow(/says nothing/u);
  });
});

describe('templates', () => {
  const more =
    '{{ define "own" }}own{{ end }}{{ define "email" }}email{{ end }}{{ define "global" }}global{{ end }}';
  const html = (receiver: object, options?: ChannelContext['options']) =>
    mailsOf(emailNotice({ receiver }), realContext(options, more))[0]?.body.html;

  test("the receiver's come first, then those of the channel, then those of all channels", () => {
    const options = { email: { template: 'email' }, global: { template: 'global' } };
    expect(html({ template: 'own' }, options)).toBe('own');
    expect(html({}, options)).toBe('email');
    expect(html({}, { global: { template: 'global' } })).toBe('global');
    expect(html({})).toContain('<html>');
  });

  test('subject and type may be set for all receivers', () => {
    const options = { email: { tmplType: 'text', subjectTemplate: 'email' } };
    const [mail] = mailsOf(emailNotice(), realContext(options, more));
    expect(mail?.body).toMatchObject({ subject: 'email', text: expect.stringContaining('DiskFull') });
    expect(mail?.body.html).toBeUndefined();
  });
});

describe('how alerts are shared out', () => {
  const many = Array.from({ length: 1000 }, (_, index) =>
    testAlert(`Alert${index}`, { fingerprint: index.toString(16).padStart(16, '0') }),
  );

  test('a thousand alerts become a few mails, none left out and none told twice', () => {
    const mails = mailsOf(emailNotice({ alerts: many }), realContext());
    expect(mails.length).toBeGreaterThan(1);
    expect(mails.length).toBeLessThan(20);
    expect(mails.reduce((sum, { alerts }) => sum + alerts, 0)).toBe(1000);
    const text = mails.map(({ body }) => body.text).join('\n');
    for (const [index] of many.entries()) expect(text.split(`Alert${index} `)).toHaveLength(2);
    for (const { body } of mails) expect(Buffer.byteLength(body.html ?? '')).toBeLessThanOrEqual(400_000);
  });

  test('an alert that is longer than a mail should be is one mail all the same', () => {
    const long = testAlert('Long', { annotations: { message: 'x'.repeat(500_000) } });
    const mails = mailsOf(emailNotice({ alerts: [long, testAlert('Short')] }), realContext());
    expect(mails.map(({ alerts }) => alerts)).toEqual([1, 1]);
    expect(mails[0]?.body.html).toContain('</html>');
  });
});

describe('identity', () => {
  const ids = (notice: ReturnType<typeof emailNotice>) =>
    mailsOf(notice, realContext()).map(({ body }) => body.id);

  test('every attempt at a delivery sends the same mail', () => {
    expect(ids(emailNotice())).toEqual(ids(emailNotice()));
    expect(ids(emailNotice())).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/u)]);
  });

  test('a reminder of the same alert, another mailbox and another alert are other mails', () => {
    const all = [
      emailNotice(),
      emailNotice({ delivery: 'delivery-2' }),
      emailNotice({ receiver: { to: ['bob@example.com'] } }),
      emailNotice({ alerts: [testAlert('DiskFull', { status: 'resolved' })] }),
    ].flatMap(ids);
    expect(new Set(all).size).toBe(4);
  });

  test('what is sent once only has none', () => {
    const { delivery: _, ...once } = emailNotice();
    expect(ids(once)).toEqual([undefined]);
  });
});
