import { expect, test } from 'vitest';
import { keepsIpMode } from './server-version.ts';

test.each([
  ['v1.20.2', false],
  ['v1.29.15+k3s1', false],
  ['v1.30.0', true],
  ['v1.34.0+armillary', true],
  ['v2.0.0', true],
  ['', false],
  ['nonsense', false],
])('a server of version %j keeps ipMode: %s', (version, keeps) => {
  expect(keepsIpMode(version)).toBe(keeps);
});
