import { expect, test } from 'vitest';
import { settingEvidence } from './evidence.ts';
import { PIPELINE_KINDS } from './kinds.ts';

test('there is a word on every setting at the top level', () => {
  const told = settingEvidence.map(({ setting }) => setting.split('.')[0]);
  for (const [kind, { settings }] of Object.entries(PIPELINE_KINDS)) {
    for (const key of settings.keys) {
      expect(
        told.some((setting) => [`${kind} ${key}`, `job ${key}`].includes(setting ?? '')),
        `${kind} ${key}`,
      ).toBe(true);
    }
  }
  expect(new Set(settingEvidence.map(({ setting }) => setting)).size).toBe(settingEvidence.length);
});
