import { expect, test } from 'vitest';
import { fingerprintOf } from './fingerprint.ts';

/** The definition of FNV-1a with whole numbers of any size: slow, and plainly right. */
function slowFingerprint(labels: Record<string, string>): string {
  const bytes = Object.entries(labels)
    .sort(([one], [other]) => Buffer.compare(Buffer.from(one), Buffer.from(other)))
    .flatMap(([name, value]) => [...Buffer.from(name), 0xff, ...Buffer.from(value), 0xff]);
  const hash = bytes.reduce(
    (state, byte) => BigInt.asUintN(64, (state ^ BigInt(byte)) * 0x100000001b3n),
    0xcbf29ce484222325n,
  );
  return hash.toString(16).padStart(16, '0');
}

test.each([
  {},
  { a: '' },
  { b: '1', a: '2' },
  { alertname: 'X', namespace: 'demo' },
  { 多语言: '✓ 😀', '😀': '\uffff', '\uffee': 'x' },
  Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`label_${n * 7919}`, 'v'.repeat(n)])),
])('%j', (labels) => {
  expect(fingerprintOf(labels)).toBe(slowFingerprint(labels));
});

test('the order of the labels does not matter', () => {
  expect(fingerprintOf({ a: '1', b: '2' })).toBe(fingerprintOf({ b: '2', a: '1' }));
});
