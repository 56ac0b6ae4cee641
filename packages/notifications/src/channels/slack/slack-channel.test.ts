import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '@armillary/kube';
import type { Alert } from '../../alerts/alert.ts';
import { testAlert, testContext, testHttp, testNotice } from '../../testing/notice.ts';
import { startSlack } from '../../testing/providers/slack.ts';
import type { StandIn } from '../../testing/providers/stand-in.ts';
import { Templates } from '../../templates/templates.ts';
import { sendNotice } from '../../testing/send-notice.ts';
import type { ChannelContext } from '../channel.ts';
import { slackChannel } from './slack-channel.ts';

const http = testHttp();
let slack: StandIn;

beforeEach(async () => {
  slack = await startSlack();
});
afterEach(async () => {
  expect(slack.complaints).toEqual([]);
  await slack[Symbol.asyncDispose]();
});
afterAll(() => http.close());

const account = { slackTokenSecret: { value: 'xoxb-good' } };

function post(
  alerts: readonly Alert[],
  channel = '#ops',
  config = account,
  rest: Partial<ChannelContext> = {},
) {
  const notice = testNotice('slack', { channels: [channel] }, alerts, config);
  return sendNotice(slackChannel, notice, testContext({ http, apiUrl: slack.url, ...rest }));
}

const texts = (): unknown[] => slack.requests.map(({ json }) => (json as { text: string }).text);

test('alerts are told in one message with the token of the Config', async () => {
  await post([testAlert('A'), testAlert('B')]);
  expect(slack.requests.map(({ json }) => json)).toEqual([
    { channel: '#ops', text: 'A happened\nB happened' },
  ]);
});

test('a token from a file, with its line end, is good', async () => {
  await expect(
    post([testAlert('A')], '#ops', { slackTokenSecret: { value: 'xoxb-good\n' } }),
  ).resolves.toBeDefined();
});

describe('texts', () => {
  test('what alerts say calls nobody and makes no links; what the template says does', async () => {
    const alert = testAlert('A', {
      labels: { team: '<!everyone>' },
      annotations: { message: '<!channel> 5 < 6 & <http://evil|here>' },
      generatorURL: 'http://prometheus/g?a=1&b=<2>',
    });
    const templates = new Templates({ texts: [], languagePacks: [] }, systemClock);
    const template =
      '<!here> {{ .GroupLabels.team }} {{ .CommonLabels.team }} {{ range .Alerts }}' +
      '<{{ .GeneratorURL }}|Graph> {{ .Labels.team }} {{ .Annotations.message }}{{ end }}';
    const notice = testNotice('slack', { channels: ['#ops'], template }, [alert], account);
    const groupLabels = { team: '<!everyone>' };
    const context = testContext({ http, apiUrl: slack.url, render: templates.renderer({ groupLabels }) });
    await sendNotice(slackChannel, { ...notice, groupLabels }, context);
    const team = '&lt;!everyone&gt;';
    expect(texts()).toEqual([
      `<!here> ${team} ${team} <http://prometheus/g?a=1&amp;b=&lt;2&gt;|Graph> ${team} ` +
        '&lt;!channel&gt; 5 &lt; 6 &amp; &lt;http://evil|here&gt;',
    ]);
  });

  test('many alerts are told in several messages, each of them once', async () => {
    const alerts = Array.from({ length: 100 }, (_, index) =>
      testAlert('A', { annotations: { message: `#${index}# ${'x'.repeat(200)}` } }),
    );
    await post(alerts);
    expect(texts().length).toBeGreaterThan(5);
    for (const index of alerts.keys()) {
      expect(texts().filter((text) => String(text).includes(`#${index}#`))).toHaveLength(1);
    }
  });

  test('an alert longer than a message is told in parts, where upstream leaves it to Slack to cut it', async () => {
    const message = `begin ${'&'.repeat(6000)} end`;
    await post([testAlert('A', { annotations: { message } })]);
    const whole = texts().join('');
    expect(whole).toMatch(/^begin/u);
    expect(whole).toMatch(/end$/u);
    expect(whole.match(/&amp;/gu)).toHaveLength(6000);
  });
});

describe('refusals', () => {
  const refused = (error: string, status = 200, headers = {}) =>
    slack.answerNext({ status, headers, json: { ok: false, error } });

  test.each([
    ['channel_not_found', 'permanent', /invite the app/u],
    ['is_archived', 'permanent', /unarchive/u],
    ['missing_scope', 'permanent', /chat:write/u],
    ['msg_too_long', 'permanent', /./u],
    ['invalid_auth', 'token', /Secret/u],
    ['token_revoked', 'token', /./u],
    ['internal_error', 'transient', /./u],
    ['fatal_error', 'transient', /./u],
    ['service_unavailable', 'transient', /./u],
    ['some_error_of_tomorrow', 'transient', /some_error_of_tomorrow/u],
  ])('%s is %s, although the status is 200', async (error, fault, words) => {
    refused(error);
    const sent = post([testAlert('A')]);
    await expect(sent).rejects.toMatchObject({ name: 'DeliveryError', fault, code: error });
    await expect(sent).rejects.toThrow(words);
  });

  test('too many messages are sent again when Slack says', async () => {
    refused('ratelimited', 429, { 'retry-after': '30' });
    await expect(post([testAlert('A')])).rejects.toMatchObject({ fault: 'rate', retryAfterMs: 30_000 });
  });

  test('an answer without a verdict is not success', async () => {
    slack.answerNext(
      { status: 200, json: {} },
      { status: 200, json: { ok: 'true' } },
      { status: 200, text: 'ok' },
    );
    for (let time = 0; time < 3; time++) {
      await expect(post([testAlert('A')])).rejects.toMatchObject({ fault: 'transient' });
    }
  });

  test('a wrong token and an unknown channel, as Slack answers them', async () => {
    await expect(post([testAlert('A')], '#nowhere')).rejects.toMatchObject({ fault: 'permanent' });
    const sent = post([testAlert('A')], '#ops', { slackTokenSecret: { value: 'xoxb-bad' } });
    await expect(sent).rejects.toMatchObject({ fault: 'token', code: 'invalid_auth' });
  });
});

describe('destinations', () => {
  test('each channel is one, however it is written', () => {
    const channels = ['#Ops', 'ops', 'C024BE91L', 'c024be91l', '#dev'];
    expect(slackChannel.destinations({ channels, template: 't' }, undefined)).toEqual([
      { address: 'ops', shown: 'slack ops', spec: { channels: ['ops'], template: 't' } },
      { address: 'C024BE91L', shown: 'slack C024BE91L', spec: { channels: ['C024BE91L'], template: 't' } },
      { address: 'c024be91l', shown: 'slack c024be91l', spec: { channels: ['c024be91l'], template: 't' } },
      { address: 'dev', shown: 'slack #dev', spec: { channels: ['#dev'], template: 't' } },
    ]);
  });

  test('one message a second per channel and token', () => {
    const limits = (channel: string, value: string) =>
      slackChannel.limits(
        testNotice('slack', { channels: [channel] }, [], { slackTokenSecret: { value } }),
        undefined,
      );
    expect(limits('#ops', 'xoxb-good')).toEqual([{ key: expect.any(String), count: 1, windowMs: 1000 }]);
    expect(limits('ops', 'xoxb-good')).toEqual(limits('#ops', 'xoxb-good'));
    expect(limits('dev', 'xoxb-good')).not.toEqual(limits('#ops', 'xoxb-good'));
    expect(limits('#ops', 'other')).not.toEqual(limits('#ops', 'xoxb-good'));
    expect(JSON.stringify(limits('#ops', 'xoxb-good'))).not.toContain('xoxb');
  });

  test('without a Config nothing is sent', async () => {
    const notice = testNotice('slack', { channels: ['ops'] }, [testAlert('A')]);
    expect(slackChannel.needsConfig(notice.receiver.spec)).toBe(true);
    await expect(sendNotice(slackChannel, notice, testContext({ http }))).rejects.toMatchObject({
      fault: 'permanent',
    });
  });
});
