import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { recordingNames } from '../recording.ts';
import { notReplayed, whyNotReplayed } from './not-replayed.ts';
import { unsupported, whyUnsupported } from './unsupported.ts';

const source = join(import.meta.dirname, '../..');

/** Names of recordings, or the starts of names, that test files mention. */
function mentioned(files: readonly string[]): readonly string[] {
  return files.flatMap((file) => {
    const text = readFileSync(join(source, file), 'utf8');
    return Array.from(text.matchAll(/['`](\d\d-\w[\w-]*)/g), ([, name = '']) => name);
  });
}

const files = globSync('**/*.test.ts', { cwd: source });
const replaying = files.filter((file) => file.includes('replay'));
const replayed = mentioned(replaying);
const others = mentioned(files.filter((file) => !replaying.includes(file)));

describe('every recording', () => {
  test('that concerns the client is sent to the fake server again, or is part of another test', () => {
    const missing = recordingNames().filter((name) => {
      if (whyUnsupported(name) !== undefined) return false;
      if (replayed.some((start) => name.startsWith(start)) && whyNotReplayed(name) === undefined)
        return false;
      return !others.some((start) => name.startsWith(start));
    });
    expect(missing).toEqual([]);
  });

  test('that is left out has a reason, and no reason is left over', () => {
    for (const prefix of [...Object.keys(unsupported), ...Object.keys(notReplayed)]) {
      expect(recordingNames(prefix), prefix).not.toEqual([]);
    }
  });
});
