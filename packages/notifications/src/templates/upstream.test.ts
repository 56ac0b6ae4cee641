import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { env, stderr } from 'node:process';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { definedIn, expectAsGo, hasGo, shapedCases } from './testing/expect-as-go.ts';

const source = env['NOTIFICATION_MANAGER_SOURCE'] ?? '';
const canCompare = source !== '' && hasGo;
if (!canCompare) {
  stderr.write('SKIPPED: comparing with upstream: needs NOTIFICATION_MANAGER_SOURCE and go on the PATH\n');
}

/** The only text of a ConfigMap of upstream. */
function textOf(...path: string[]): string {
  const { data } = parse(readFileSync(join(source, ...path), 'utf8')) as { data: Record<string, string> };
  const texts = Object.values(data);
  expect(texts).toHaveLength(1);
  return texts[0] ?? '';
}

test.skipIf(!canCompare).each(['English', 'zh-cn'])(
  'templates of upstream give what Go gives, in %s',
  { timeout: 300_000 },
  (language) => {
    const text = textOf('config', 'samples', 'template.yaml');
    const languagePack = textOf('config', 'i18n', 'zh-cn.yaml');
    const [{ dictionary }] = parse(languagePack) as [{ dictionary: Record<string, string> }];
    const lowered = Object.entries(dictionary).map(([word, translation]) => [
      word.toLowerCase(),
      translation,
    ]);
    const words = Object.fromEntries(lowered) as Record<string, string>;
    // What is left is over all alerts; the others are over one, and those that are left call them.
    const names = definedIn(text).filter((name) => !/\.message(\.cn)?$/.test(name));
    const templates = names.map((name) => `{{ template "${name}" . }}`);
    const cases = shapedCases(300, templates, (template) => template.includes('html'));
    expectAsGo({ text, language, languagePack, cases, ...(language === 'English' ? {} : { words }) });
  },
);
