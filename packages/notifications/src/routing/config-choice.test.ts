import { describe, expect, test } from 'vitest';
import { chooseConfig } from './config-choice.ts';
import type { ChannelConfig } from '../channels/receiver.ts';
import {
  config,
  defaultLabels,
  globalLabels,
  mailTo,
  named,
  receiver,
  smtp,
  tenantLabels,
  worldOf,
} from './testing/objects.ts';

const own = (name: string, labels: object = {}) => config(name, { ...tenantLabels('ann'), ...labels }, smtp);
const base = (name: string, labels: object = {}) => config(name, { ...defaultLabels, ...labels }, smtp);
const selector = (labels: Record<string, string>) => ({ emailConfigSelector: { matchLabels: labels } });

/** The config chosen for an e-mail receiver of `ann` or of everybody, with these settings. */
function chosen(
  labels: Record<string, string>,
  settings: object,
  configs: ReturnType<typeof own>[],
): string | undefined {
  const world = worldOf({
    receivers: [receiver('ops', labels, { email: { ...mailTo('ops').email, ...settings } })],
    configs,
  });
  return chooseConfig(world.receivers.at(0)!, world)?.name;
}

describe('a tenant', () => {
  const ann = tenantLabels('ann');
  test('takes its own config before a default one', () => {
    expect(chosen(ann, {}, [base('a'), own('b')])).toBe('b');
  });

  test('takes a default one, whatever the selector says, when none of its own is selected', () => {
    expect(chosen(ann, selector({ use: 'x' }), [base('a'), own('b')])).toBe('a');
    expect(chosen(ann, selector({ use: 'x' }), [base('a'), own('b'), own('c', { use: 'x' })])).toBe('c');
  });

  test('never takes that of another tenant, nor one of another channel', () => {
    const slack = config('s', ann, { slack: { slackTokenSecret: { value: 't' } } });
    expect(chosen(ann, {}, [config('b', tenantLabels('bob'), smtp), slack])).toBeUndefined();
  });
});

describe('a global receiver', () => {
  test('takes a default config that is selected, and no other', () => {
    expect(chosen(globalLabels, {}, [own('b'), base('a')])).toBe('a');
    expect(chosen(globalLabels, selector({ use: 'x' }), [base('a'), base('z', { use: 'x' })])).toBe('z');
    expect(chosen(globalLabels, selector({ use: 'y' }), [base('a')])).toBeUndefined();
  });
});

describe('of several', () => {
  test('the lowest priority wins, and none is the highest', () => {
    const configs = [base('a'), base('b', { priority: '10' }), base('c', { priority: '9' })];
    expect(chosen(globalLabels, {}, configs)).toBe('c');
  });

  test.each([['high'], ['1.5'], ['']])('a priority %j that is no whole number is none', (priority) => {
    expect(chosen(globalLabels, {}, [base('a', { priority }), base('b', { priority: '100' })])).toBe('b');
  });

  test('equal priorities are decided by name, in whatever order the objects come', () => {
    const configs = ['c', 'a', 'b'].map((name) => base(name, { priority: '5' }));
    expect(chosen(globalLabels, {}, configs)).toBe('a');
    expect(chosen(globalLabels, {}, configs.toReversed())).toBe('a');
  });
});

describe('a receiver that a source named', () => {
  const world = worldOf({ configs: [base('base', { use: 'z' }), own('own')] });
  const given: ChannelConfig = {
    ...world.configs.at(0)!,
    name: 'given',
    labels: {},
    origin: { kind: 'source', source: 'hr' },
  };
  const settings = { to: ['x@example.com'] };

  test("takes one of the same answer, then the tenant's, then a default one", () => {
    expect(chooseConfig(named('x', settings), world, [given])?.name).toBe('given');
    expect(chooseConfig({ ...named('x', settings), tenant: 'ann' }, world)?.name).toBe('own');
    expect(chooseConfig(named('x', settings), world)?.name).toBe('base');
  });

  test('takes one of the answer only when its selector selects it', () => {
    const picky = named('x', { ...settings, ...selector({ use: 'x' }) });
    expect(chooseConfig(picky, world, [given])?.name).toBe('base');
  });
});
