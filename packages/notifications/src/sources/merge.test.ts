import { describe, expect, test } from 'vitest';
import type { ChannelReceiver } from '../channels/receiver.ts';
import { mergeReceivers } from './merge.ts';
import type { MergePolicy, SourceAnswer } from './source-answer.ts';

const receiver = (name: string, source?: string, labels: Record<string, string> = {}): ChannelReceiver => ({
  type: 'email',
  name,
  labels,
  spec: { to: [`${name}@example.com`] },
  origin: source === undefined ? { kind: 'object' } : { kind: 'source', source },
});

const answer = (
  source: string,
  mergePolicy: MergePolicy,
  names: readonly string[],
  rest: Partial<SourceAnswer> = {},
): SourceAnswer => ({
  source,
  mergePolicy,
  cache: 'fetched',
  ageMs: 0,
  tenants: [],
  receivers: names.map((name) => receiver(name, source)),
  configs: [],
  skipped: [],
  onError: 'Fallback',
  ...rest,
});

const objects: Record<string, ChannelReceiver[]> = {
  shop: [receiver('shop-team')],
  alice: [receiver('alice')],
};

const merge = (answers: readonly SourceAnswer[], tenants: readonly string[] = ['shop']) =>
  mergeReceivers({ tenants, receiversOf: (tenant) => objects[tenant] ?? [], answers, tenantKey: 'user' });

const names = (answers: readonly SourceAnswer[], tenants?: readonly string[]) =>
  merge(answers, tenants).receivers.map(({ name }) => name);

describe('one source', () => {
  test('no source leaves the objects as they are', () => {
    expect(names([])).toEqual(['shop-team']);
  });

  test.each([
    ['Append', ['x'], ['shop-team', 'x']],
    ['Append', [], ['shop-team']],
    ['Override', ['x'], ['x']],
    ['Override', [], ['shop-team']],
    ['Fallback', ['x'], ['shop-team']],
    ['Only', ['x'], ['x']],
    ['Only', [], []],
  ] as const)('%s with %j tells %j', (policy, said, told) => {
    expect(names([answer('hr', policy, said)])).toEqual(told);
  });

  test('a fallback is used when the objects give nobody', () => {
    expect(names([answer('hr', 'Fallback', ['x'])], ['nobody'])).toEqual(['x']);
  });

  test('a source that only failed takes nothing away, unless it alone decides', () => {
    const failed = { cache: 'none', failure: { code: 'Timeout', message: 'no answer' } } as const;
    expect(names([answer('hr', 'Override', [], failed)])).toEqual(['shop-team']);
    expect(names([answer('hr', 'Only', [], failed)])).toEqual([]);
  });
});

describe('tenants of a source', () => {
  test('their objects are told beside those of the namespace', () => {
    const merged = merge([answer('hr', 'Append', [], { tenants: ['alice', 'alice'] })]);
    expect(merged.tenants).toEqual(['shop', 'alice']);
    expect(merged.receivers.map(({ name }) => name)).toEqual(['shop-team', 'alice']);
  });

  test('they are the answer of a source that overrides', () => {
    expect(names([answer('hr', 'Override', [], { tenants: ['alice'] })])).toEqual(['alice']);
  });

  test('a tenant without receivers overrides nobody', () => {
    expect(names([answer('hr', 'Override', [], { tenants: ['bob'] })])).toEqual(['shop-team']);
  });

  test('a tenant that both name is told once, whatever the policy', () => {
    const merged = merge([answer('hr', 'Only', [], { tenants: ['shop'] })]);
    expect(merged.receivers.map(({ name }) => name)).toEqual(['shop-team']);
    expect(merged.leftOut).toEqual([]);
  });

  test('the receiver of a source belongs to the tenant that its label names', () => {
    const said = { receivers: [receiver('x', 'hr', { user: 'alice' }), receiver('y', 'hr')] };
    const merged = merge([answer('hr', 'Only', [], said)]);
    expect(merged.receivers.map(({ tenant }) => tenant)).toEqual(['alice', undefined]);
  });
});

describe('equal names', () => {
  test('an object that is told wins over a source', () => {
    const merged = merge([answer('hr', 'Append', ['shop-team', 'x'])]);
    expect(merged.receivers.map(({ name, origin }) => [name, origin.kind])).toEqual([
      ['shop-team', 'object'],
      ['x', 'source'],
    ]);
    expect(merged.leftOut).toEqual([
      { receiver: receiver('shop-team', 'hr'), reason: 'an object of the same type and name is told' },
    ]);
  });

  test('an object that is overridden does not', () => {
    expect(merge([answer('hr', 'Override', ['shop-team'])]).receivers).toEqual([receiver('shop-team', 'hr')]);
  });

  test('two sources may use the same name', () => {
    const merged = merge([answer('a', 'Append', ['x']), answer('b', 'Append', ['x'])], []);
    expect(merged.receivers.map(({ origin }) => origin)).toEqual([
      { kind: 'source', source: 'a' },
      { kind: 'source', source: 'b' },
    ]);
  });
});

describe('several sources', () => {
  test('the cluster is silent as soon as one source overrides it; other sources still speak', () => {
    expect(names([answer('a', 'Append', ['x']), answer('b', 'Override', ['y'])])).toEqual(['x', 'y']);
  });

  test('one that alone decides does not silence other sources', () => {
    expect(names([answer('a', 'Append', ['x']), answer('b', 'Only', [])])).toEqual(['x']);
  });

  test('a fallback is not used when another source names somebody', () => {
    const merged = merge([answer('a', 'Fallback', ['x']), answer('b', 'Append', ['y'])], []);
    expect(merged.receivers.map(({ name }) => name)).toEqual(['y']);
    expect(merged.leftOut.map(({ reason }) => reason)).toEqual([
      'source a is a fallback, and others are told',
    ]);
  });

  test('of several fallbacks the first that names somebody is used', () => {
    const said = [
      answer('a', 'Fallback', []),
      answer('b', 'Fallback', ['x']),
      answer('c', 'Fallback', ['y']),
    ];
    expect(names(said, [])).toEqual(['x']);
  });

  test('who is left out is named with the reason', () => {
    const merged = merge([answer('hr', 'Override', ['x'])]);
    expect(merged.leftOut).toEqual([
      { receiver: receiver('shop-team'), reason: 'source hr named others instead (mergePolicy Override)' },
    ]);
  });
});
