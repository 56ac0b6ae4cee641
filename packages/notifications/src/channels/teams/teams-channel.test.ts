import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Alert } from '../../alerts/alert.ts';
import { testAlert, testContext, testHttp, testNotice } from '../../testing/notice.ts';
import type { StandIn } from '../../testing/providers/stand-in.ts';
import { startTeams, teamsConnector, teamsWorkflow } from '../../testing/providers/teams.ts';
import { sendNotice } from '../../testing/send-notice.ts';
import type { ChannelContext } from '../channel.ts';
import { teamsChannel } from './teams-channel.ts';

const http = testHttp();
let teams: StandIn;

beforeEach(async () => {
  teams = await startTeams();
});
afterEach(async () => {
  expect(teams.complaints).toEqual([]);
  await teams[Symbol.asyncDispose]();
});
afterAll(() => http.close());

interface Block {
  readonly text: string;
  readonly color?: string;
  readonly weight?: string;
}

type Spec = Parameters<typeof teamsChannel.destinations>[0];

function post(
  alerts: readonly Alert[],
  path = teamsWorkflow,
  spec: Partial<Spec> = {},
  rest: Partial<ChannelContext> = {},
) {
  const notice = testNotice('teams', { webhook: { value: `${teams.url}${path}` }, ...spec }, alerts);
  return sendNotice(teamsChannel, notice, testContext({ http, ...rest }));
}

const blocks = (): Block[][] =>
  teams.requests.map(
    ({ json }) =>
      (json as { attachments: { content: { body: Block[] } }[] }).attachments[0]?.content.body ?? [],
  );

describe('cards', () => {
  test('a title and a block for each line, to a workflow and to an old webhook', async () => {
    await post([testAlert('A'), testAlert('B')]);
    await post([testAlert('A'), testAlert('B')], teamsConnector);
    for (const [title, ...lines] of blocks()) {
      expect(title).toMatchObject({ text: 'A, B', weight: 'Bolder', color: 'Attention' });
      expect(lines.map(({ text }) => text)).toEqual(['A happened', 'B happened']);
    }
    expect(blocks()).toHaveLength(2);
  });

  test('the title is green once all alerts are resolved', async () => {
    await post([testAlert('A', { status: 'resolved' })]);
    await post([testAlert('A', { status: 'resolved' }), testAlert('B')]);
    expect(blocks().map(([title]) => title?.color)).toEqual(['Good', 'Attention']);
  });

  test('without a title there is none, and a long one is cut', async () => {
    const titled =
      (title: string): ChannelContext['render'] =>
      (template) =>
        template.endsWith('subject') ? title : 'text';
    await post([testAlert('A')], teamsWorkflow, {}, { render: titled('') });
    await post([testAlert('A')], teamsWorkflow, {}, { render: titled('word '.repeat(100)) });
    expect(blocks()[0]).toHaveLength(1);
    expect(blocks()[1]?.[0]?.text).toMatch(/word…$/u);
    expect(blocks()[1]?.[0]?.text.length).toBeLessThanOrEqual(250);
  });

  test('a simple text, for workflows that make their own card', async () => {
    await post([testAlert('A')], teamsConnector, { type: 'text' });
    expect(teams.requests[0]?.json).toEqual({ title: 'A', text: 'A happened' });
  });

  test('everything stays within 28 KB, and no alert is lost, however much it takes in JSON', async () => {
    const alerts = Array.from({ length: 300 }, (_, index) =>
      testAlert('A', { annotations: { message: `#${index}#\n"quoted"\n\n${'é\\'.repeat(100)}` } }),
    );
    alerts.push(testAlert('Long', { annotations: { message: '"\n'.repeat(20_000) } }));
    await post(alerts);
    const text = blocks()
      .flat()
      .map((block) => block.text);
    for (const index of Array.from({ length: 300 }).keys())
      expect(text.filter((line) => line === `#${index}#`)).toHaveLength(1);
    expect(text.filter((line) => line === '"')).toHaveLength(20_000);
  });
});

describe('refusals', () => {
  test('a workflow says why, without its address', async () => {
    const sent = post([testAlert('A')], teamsWorkflow.replace('c2VjcmV0', 'wrong'));
    await expect(sent).rejects.toMatchObject({ fault: 'permanent', code: 'HTTP 401' });
    await expect(sent).rejects.toThrow('DirectApiAuthorizationRequired');
    await expect(post([testAlert('A')], '/workflows/gone')).rejects.toMatchObject({
      fault: 'permanent',
      code: 'HTTP 404',
    });
  });

  test.each([
    ['429', 'rate'],
    ['413', 'permanent'],
    ['400', 'permanent'],
    ['403', 'permanent'],
    ['408', 'transient'],
    ['412', 'transient'],
    ['500', 'transient'],
    ['504', 'transient'],
  ])('a failure that an old webhook hides in an answer of 200 is found: %s is %s', async (status, fault) => {
    const text = `Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error ${status} with ContextId tcid=0,server=x`;
    teams.answerNext({ status: 200, text });
    await expect(post([testAlert('A')], teamsConnector)).rejects.toMatchObject({
      fault,
      code: `HTTP ${status}`,
    });
  });

  test('a hidden failure without a number may pass', async () => {
    teams.answerNext({ status: 200, text: 'Webhook message delivery failed with error: timeout' });
    await expect(post([testAlert('A')], teamsConnector)).rejects.toMatchObject({ fault: 'transient' });
  });

  test('412 passes, as Microsoft says', async () => {
    teams.answerNext({ status: 412 });
    await expect(post([testAlert('A')])).rejects.toMatchObject({ fault: 'transient', code: 'HTTP 412' });
  });
});

test('one destination, whose address is not shown, with the limits of Teams', () => {
  const spec = { webhook: { value: 'https://x.webhook.office.com/secret' } };
  const [destination] = teamsChannel.destinations(spec, undefined);
  expect(JSON.stringify([destination?.address, destination?.shown])).not.toContain('secret');
  const limits = teamsChannel.limits(testNotice('teams', spec, []), undefined);
  expect(limits.map(({ count, windowMs }) => [count, windowMs])).toEqual([
    [4, 1000],
    [60, 30_000],
  ]);
  expect(JSON.stringify(limits)).not.toContain('secret');
  expect(teamsChannel.needsConfig(spec)).toBe(false);
});
