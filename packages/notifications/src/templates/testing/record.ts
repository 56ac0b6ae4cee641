/**
 * Records what Go makes of our own templates, for `default-templates.test.ts`. Run by hand, with `go` on the PATH, when
 * they change: node packages/notifications/src/templates/testing/record.ts
 */
import { writeFileSync } from 'node:fs';
import { chineseWords } from '../chinese-words.ts';
import { defaultTemplates } from '../default-templates.ts';
import { renderWithGo } from './go-renderer.ts';
import { recordedAbout, recordedCases } from './recorded-cases.ts';

const words = {
  English: { firing: 'FIRING', resolved: 'RESOLVED' },
  'zh-cn': Object.fromEntries(chineseWords),
};
const templates = defaultTemplates.map(({ text }) => text);

const recorded = Object.entries(words).flatMap(([language, words]) => {
  const cases = recordedCases.filter((one) => one.language === language);
  return renderWithGo({
    templates,
    language,
    words,
    cases: cases.map((one) => ({ ...recordedAbout, ...one })),
  });
});
writeFileSync(
  new URL('../../../fixtures/templates/rendered-by-go.json', import.meta.url),
  `${JSON.stringify(recorded, null, 1)}\n`,
);
