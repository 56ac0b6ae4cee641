import { systemClock } from '@armillary/kube';
import { expect, test } from 'vitest';
import { utf8Bytes } from '../splitting/measure.ts';
import { Templates } from '../templates/templates.ts';
import { testAlert, testContext, testHttp, testNotice } from '../testing/notice.ts';
import { messageTexts } from './message-texts.ts';

// One of a notice would have no time left for all of these on a machine that is busy.
const render = new Templates({ texts: [], languagePacks: [] }, systemClock).renderer({
  groupLabels: {},
  milliseconds: Number.POSITIVE_INFINITY,
});
const context = testContext({ http: testHttp(), render });

// The first tells little, or as much as the others: how many go into one text is guessed from it.
test.each([10, 15_000])(
  'alerts of which no template may render all at once are told all the same, the first with %d letters',
  (letters) => {
    const alerts = Array.from({ length: 100 }, (_, index) =>
      testAlert(`Alert ${index}`, { annotations: { message: '<'.repeat(index === 0 ? letters : 15_000) } }),
    );
    const rules = { template: 'nm.default.html', html: true, limit: 400_000, measure: utf8Bytes };
    const parts = messageTexts(testNotice('email', { to: ['ann@example.com'] }, alerts), context, rules);
    expect(parts.flatMap(({ about }) => about)).toEqual(alerts);
    expect(Math.max(...parts.map(({ text }) => utf8Bytes(text)))).toBeLessThanOrEqual(rules.limit);
  },
);

test('an alert that no template may render by itself is an error that says so', () => {
  const alert = testAlert('Alert', { annotations: { message: '<'.repeat(1_000_000) } });
  const rules = { template: 'nm.default.html', html: true, limit: 400_000, measure: utf8Bytes };
  const notice = testNotice('email', { to: ['ann@example.com'] }, [alert]);
  expect(() => messageTexts(notice, context, rules)).toThrow(/exceeded the budget/);
});
