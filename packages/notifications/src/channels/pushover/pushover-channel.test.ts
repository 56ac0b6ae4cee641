import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Alert } from '../../alerts/alert.ts';
import { FakeClock } from '../../testing/fake-clock.ts';
import { testAlert, testContext, testHttp, testNotice } from '../../testing/notice.ts';
import { pushoverToken, pushoverUser, startPushover } from '../../testing/providers/pushover.ts';
import type { StandIn } from '../../testing/providers/stand-in.ts';
import { sendNotice } from '../../testing/send-notice.ts';
import type { ChannelContext } from '../channel.ts';
import { pushoverChannel } from './pushover-channel.ts';

const http = testHttp();
let pushover: StandIn;

beforeEach(async () => {
  pushover = await startPushover();
});
afterEach(async () => {
  expect(pushover.complaints).toEqual([]);
  await pushover[Symbol.asyncDispose]();
});
afterAll(() => http.close());

type Spec = Parameters<typeof pushoverChannel.destinations>[0];

function post(
  alerts: readonly Alert[],
  spec: Partial<Spec> = {},
  rest: Partial<ChannelContext> & { token?: string } = {},
) {
  const { token = pushoverToken, ...context } = rest;
  const config = { pushoverTokenSecret: { value: token } };
  const notice = testNotice('pushover', { profiles: [{ userKey: pushoverUser }], ...spec }, alerts, config);
  return sendNotice(pushoverChannel, notice, testContext({ http, apiUrl: pushover.url, ...context }));
}

const sent = () => pushover.requests.map(({ json }) => json as Record<string, string>);

test('a profile without title, sound and devices is told, where upstream crashes', async () => {
  await post([testAlert('A'), testAlert('B')]);
  expect(sent()).toEqual([
    { token: pushoverToken, user: pushoverUser, message: 'A happened\nB happened', title: 'A, B' },
  ]);
});

test('devices and the sound of a profile', async () => {
  await post([testAlert('A')], {
    profiles: [{ userKey: pushoverUser, devices: ['iphone', 'desk-1'], sound: 'siren' }],
  });
  expect(sent()).toMatchObject([{ device: 'iphone,desk-1', sound: 'siren' }]);
});

describe('titles', () => {
  const profiles = [{ userKey: pushoverUser, title: 'old title' }];
  const render: ChannelContext['render'] = (template) => `<${template}>`;

  test('by the receiver, by the options, by the deprecated field of the profile, by default', async () => {
    const options = { pushover: { titleTemplate: 'options' } };
    await post([testAlert('A')], { profiles, titleTemplate: 'own' }, { render, options });
    await post([testAlert('A')], { profiles }, { render, options });
    await post([testAlert('A')], { profiles }, { render });
    await post([testAlert('A')], {}, { render });
    expect(sent().map(({ title }) => title)).toEqual([
      '<own>',
      '<options>',
      'old title',
      '<nm.default.subject>',
    ]);
  });

  test('a long one is cut to 250 characters, an empty one is left out', async () => {
    await post([testAlert('😀'.repeat(400))]);
    await post([testAlert('A')], {}, { render: (template) => (template.endsWith('subject') ? '' : 'text') });
    expect(Array.from(sent()[0]?.['title'] ?? '')).toHaveLength(250);
    expect(sent()[1]).not.toHaveProperty('title');
  });
});

test('an alert longer than 1,024 characters is told in parts, counted in characters', async () => {
  await post([testAlert('A', { annotations: { message: '漢😀'.repeat(1500) } })]);
  expect(sent().map(({ message = '' }) => Array.from(message).length)).toEqual([1024, 1024, 952]);
  expect(
    sent()
      .map(({ message }) => message)
      .join(''),
  ).toBe('漢😀'.repeat(1500));
});

describe('refusals', () => {
  test('the quota of the month is waited out until Pushover resets it', async () => {
    const clock = new FakeClock(Date.UTC(2026, 0, 31, 23));
    const reset = Date.UTC(2026, 1, 1) / 1000;
    pushover.answerNext({
      status: 429,
      headers: { 'x-limit-app-reset': String(reset) },
      json: { status: 0 },
    });
    await expect(post([testAlert('A')], {}, { clock })).rejects.toMatchObject({
      fault: 'rate',
      retryAfterMs: 3_600_000,
    });
    pushover.answerNext({ status: 429, headers: { 'x-limit-app-reset': 'never' } });
    await expect(post([testAlert('A')], {}, { clock })).rejects.toMatchObject({
      fault: 'rate',
      retryAfterMs: 3_600_000,
    });
  });

  test('a failure of the server is not repeated within five seconds', async () => {
    pushover.answerNext({ status: 500 });
    await expect(post([testAlert('A')])).rejects.toMatchObject({ fault: 'transient', retryAfterMs: 5000 });
  });

  test('an unknown user is not tried again; an unknown application wants a new token', async () => {
    const other = post([testAlert('A')], { profiles: [{ userKey: 'x'.repeat(30) }] });
    await expect(other).rejects.toMatchObject({ fault: 'permanent' });
    await expect(other).rejects.toThrow('user key is invalid');
    await expect(post([testAlert('A')], {}, { token: 'x'.repeat(30) })).rejects.toMatchObject({
      fault: 'token',
    });
  });

  test('an answer without its verdict is not success', async () => {
    pushover.answerNext({ status: 200, json: { status: 0, errors: 'no list' } });
    await expect(post([testAlert('A')])).rejects.toMatchObject({ fault: 'transient' });
  });

  test('a success without the headers of the quota is one, where upstream fails', async () => {
    pushover.answerNext({ status: 200, json: { status: 1, request: 'x' } });
    await expect(post([testAlert('A')])).resolves.toEqual({ rejected: [] });
  });
});

describe('destinations', () => {
  test('each profile is one, and user keys are not shown', () => {
    const profiles = [
      { userKey: pushoverUser, devices: ['a', 'b'] },
      { userKey: pushoverUser, devices: ['b', 'a'] },
      { userKey: pushoverUser },
    ];
    const found = pushoverChannel.destinations({ profiles }, undefined);
    expect(found.map(({ spec }) => spec.profiles)).toEqual([[profiles[1]], [profiles[2]]]);
    for (const { address, shown } of found) expect(address + shown).not.toContain(pushoverUser);
  });

  test('without a Config nothing is sent', async () => {
    const notice = testNotice('pushover', { profiles: [{ userKey: pushoverUser }] }, [testAlert('A')]);
    expect(pushoverChannel.needsConfig(notice.receiver.spec)).toBe(true);
    expect(pushoverChannel.limits(notice, undefined)).toHaveLength(1);
    await expect(sendNotice(pushoverChannel, notice, testContext({ http }))).rejects.toMatchObject({
      fault: 'permanent',
    });
  });
});
