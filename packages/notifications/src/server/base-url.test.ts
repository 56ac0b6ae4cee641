import { expect, test } from 'vitest';
import { baseUrl } from './base-url.ts';

test.each([
  ['127.0.0.1', 'http://127.0.0.1:19093'],
  ['localhost', 'http://localhost:19093'],
  ['::1', 'http://[::1]:19093'],
])('%s is shown as an address that programs can use', (host, url) => {
  expect(baseUrl(host, 19_093)).toBe(url);
  expect(new URL(url).port).toBe('19093');
});
