import { expect, test } from 'vitest';
import { inRange, isPort, parsePortRange, portText } from './port-range.ts';

test.each([
  ['80', { protocol: 'TCP', from: 80, to: 80 }],
  ['8000-8999', { protocol: 'TCP', from: 8000, to: 8999 }],
  ['UDP/53', { protocol: 'UDP', from: 53, to: 53 }],
  ['TCP/1-1024', { protocol: 'TCP', from: 1, to: 1024 }],
  ['sctp/65535', { protocol: 'SCTP', from: 65_535, to: 65_535 }],
  [' 443 ', { protocol: 'TCP', from: 443, to: 443 }],
])('%j is read', (text, range) => {
  expect(parsePortRange(text)).toEqual(range);
});

test.each([
  '',
  '0',
  '65536',
  '80-79',
  '0-10',
  '80-',
  '-80',
  '80,443',
  'ICMP/80',
  'TCP/',
  '80/TCP',
  '8e1',
  '1.5',
  '*',
])('%j is no port', (text) => {
  expect(parsePortRange(text)).toBeUndefined();
});

test('a range has both its ends, and one protocol', () => {
  const range = { protocol: 'TCP', from: 10, to: 20 } as const;
  const ports = [9, 10, 15, 20, 21].filter((port) => inRange({ protocol: 'TCP', port }, range));
  expect(ports).toEqual([10, 15, 20]);
  expect(inRange({ protocol: 'UDP', port: 15 }, range)).toBe(false);
});

test.each([0, -1, 65_536, 1.5, Number.NaN, '80', undefined, null])('%j is no port number', (value) => {
  expect(isPort(value)).toBe(false);
});

test('a port has one text', () => {
  expect(portText({ protocol: 'SCTP', port: 9 })).toBe('SCTP/9');
});
