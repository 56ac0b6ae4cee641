import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { defaultTemplates } from './default-templates.ts';
import { Templates } from './templates.ts';
import { definedIn, expectAsGo, hasGo, shapedCases } from './testing/expect-as-go.ts';
import { functionTemplates } from './testing/function-templates.ts';
import type { GoResult } from './testing/go-renderer.ts';
import { recordedAbout, recordedCases } from './testing/recorded-cases.ts';

const recorded = JSON.parse(
  readFileSync(new URL('../../fixtures/templates/rendered-by-go.json', import.meta.url), 'utf8'),
) as GoResult[];

describe.each(['English', 'zh-cn'])('in %s', (language) => {
  const templates = new Templates({ texts: [], languagePacks: [], language }, new FakeClock());
  const render = templates.renderer(recordedAbout);
  const cases = recordedCases.flatMap((one, index) =>
    one.language === language ? [{ ...one, count: one.alerts.length, expected: recorded[index] }] : [],
  );

  test.each(cases)(
    '$template of $count alerts is what Go made of it',
    ({ template, html, alerts, expected }) => {
      expect(render(template, alerts, { html })).toBe(expected?.text);
    },
  );

  test.each(cases.filter(({ template }) => template.includes('feishu.post')))(
    'the rich text of $count alerts for Feishu is JSON',
    ({ template, alerts }) => {
      const post = JSON.parse(render(template, alerts)) as {
        en_us: { content: { tag: string; text: string }[][] };
      };
      for (const paragraph of post.en_us.content) expect(paragraph).toMatchObject([{ tag: 'text' }]);
    },
  );
});

test.skipIf(!hasGo)('functions give what the installed Go gives', { timeout: 300_000 }, () => {
  expectAsGo({ text: '', cases: shapedCases(60, functionTemplates, () => false) });
});

test('every name that objects of upstream use is there', () => {
  expect(defaultTemplates.flatMap(({ text }) => definedIn(text))).toEqual(
    expect.arrayContaining([
      'nm.default.message',
      'nm.default.message.cn',
      'nm.default.subject',
      'nm.default.text',
      'nm.default.markdown',
      'nm.default.html',
      'nm.subject',
      'nm.html',
      'nm.feishu.message',
      'nm.feishu.post',
      'nm.feishu.text',
    ]),
  );
});
