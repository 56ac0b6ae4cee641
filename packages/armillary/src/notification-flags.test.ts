import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readTokenFile } from './notification-flags.ts';

function tokenFile(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'token-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'token');
  writeFileSync(file, text);
  return file;
}

test('a token is read without the line end of its file', async () => {
  expect(await readTokenFile(tokenFile('xK3-9_f2\r\n'))).toBe('xK3-9_f2');
});

test.each([
  ['\n', /is empty/],
  ['two words\n', /has blanks/],
])('the token %j is refused with the reason, and is not shown', async (text, reason) => {
  const refused = readTokenFile(tokenFile(text));
  await expect(refused).rejects.toThrow(reason);
  await expect(refused).rejects.not.toThrow(/two words/);
});

test('a file that is not there is named', async () => {
  await expect(readTokenFile('/nowhere/token')).rejects.toThrow('/nowhere/token cannot be read');
});
