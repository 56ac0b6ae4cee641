import { expect, test, vi } from 'vitest';
import { ClaimLedger } from './claim-ledger.ts';
import { claimObject } from './claim-object.ts';
import { claim } from './testing/claims.ts';

const name = 'n1.tcp.80';
const key = { namespace: 'default', name: 'web' };
const version = (resourceVersion: string) => {
  const made = claim(1);
  return { ...made, metadata: { ...made.metadata, resourceVersion } };
};

test('a write that the watch told of before its answer came is no news, and does not bring back what was', () => {
  const ledger = new ClaimLedger(() => {});
  const [first, second, third] = [version('1'), version('2'), version('3')];
  ledger.saw(name, first);
  ledger.saw(name, second);
  ledger.saw(name, third);
  ledger.wrote(name, first, second);
  expect(ledger.get(name)).toBe(third);
});

test('a write that the watch tells of after its answer is told once', () => {
  const onChange = vi.fn();
  const ledger = new ClaimLedger(onChange);
  ledger.saw(name, version('1'));
  const written = version('2');
  ledger.wrote(name, ledger.get(name), written);
  ledger.saw(name, version('2'));
  expect(onChange.mock.calls.map(([, , news]) => news as string)).toEqual(['seen', 'written']);
  expect(ledger.get(name)).toBe(written);
});

test('what is reserved counts until it is written, or let go', () => {
  const ledger = new ClaimLedger(() => {});
  const wanted = claimObject(claim(1).spec);
  ledger.reserve([wanted]);
  expect(ledger.countOn('n1')).toBe(1);
  ledger.wrote(name, wanted, version('1'));
  expect(ledger.unreserve(key)).toEqual([]);
  const other = claimObject(claim(2).spec);
  ledger.reserve([other]);
  expect(ledger.unreserve(key)).toEqual([other]);
  expect(ledger.nodes()).toEqual(new Set(['n1']));
});
