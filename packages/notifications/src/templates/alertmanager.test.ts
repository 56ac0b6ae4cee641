import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stderr } from 'node:process';
import { expect, test } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { testAlert } from '../testing/notice.ts';
import { Templates } from './templates.ts';
import { definedIn, expectAsGo, hasGo, shapedCases } from './testing/expect-as-go.ts';

// Where Debian's package puts them.
const folder = '/usr/share/prometheus/alertmanager';
const isInstalled = existsSync(folder);
if (!isInstalled) stderr.write(`SKIPPED: templates of Alertmanager: there is no ${folder}\n`);
const text = isInstalled
  ? ['default.tmpl', 'email.tmpl'].map((name) => readFileSync(join(folder, name), 'utf8')).join('')
  : '';

/** An invocation with what the template is made for: two are over alerts, the others over all data. */
const invocation = (name: string): string =>
  `{{ template "${name}" .${/alert_list|instances$/.test(name) ? 'Alerts' : ''} }}`;
const isMail = (template: string): boolean => template.includes('.html');

test.skipIf(!isInstalled)('templates of Alertmanager are understood, all of them', () => {
  const templates = new Templates(
    { texts: [{ name: 'installed', text }], languagePacks: [] },
    new FakeClock(),
  );
  expect(templates.problems).toEqual([]);
  const render = templates.renderer({ groupLabels: { alertname: 'High' }, receiverName: 'a b' });
  const alerts = [testAlert('High', { labels: { alertname: 'High', pod: '<cart>' } })];
  for (const name of definedIn(text)) {
    expect(() => render(invocation(name), alerts, { html: isMail(name) }), name).not.toThrow();
  }
  expect(render('slack.default.fallback', alerts)).toBe('[FIRING:1] High (<cart>) | /#/alerts?receiver=a+b');
  expect(render('email.default.html', alerts, { html: true })).toContain('pod = &lt;cart&gt;');
});

test.skipIf(!isInstalled || !hasGo)(
  'templates of Alertmanager give what Go gives',
  { timeout: 300_000 },
  () => {
    expectAsGo({ text, cases: shapedCases(40, definedIn(text).map(invocation), isMail) });
  },
);
