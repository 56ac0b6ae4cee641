import { spawnSync } from 'node:child_process';
import { expect } from 'vitest';
import { FakeClock } from '../../testing/fake-clock.ts';
import { Templates } from '../templates.ts';
import { alertShapes } from './alert-shapes.ts';
import { renderWithGo, type GoCase } from './go-renderer.ts';

/** Whether there is a Go to compare with. */
export const hasGo = spawnSync('go', ['version']).status === 0;

/** The names of the templates that a file defines, in its order. */
export const definedIn = (text: string): string[] =>
  [...text.matchAll(/define "([^"]+)"/g)].map(([, name]) => name ?? '');

/** Each template over so many notices of many shapes; mails, as HTML, over fewer. */
export function shapedCases(
  count: number,
  templates: readonly string[],
  isMail: (template: string) => boolean,
): GoCase[] {
  return Array.from({ length: count }, (_, seed) => seed).flatMap((seed) =>
    templates
      .filter((template) => seed % 5 === 0 || !isMail(template))
      .map((template) => ({
        receiverName: 'a <b>',
        groupLabels: seed % 3 === 0 ? {} : { alertname: 'HighMemory', severity: 'critical', rule_id: '1' },
        alerts: alertShapes(1 + (seed % 4), seed),
        template,
        html: isMail(template),
      })),
  );
}

/** What is compared with Go. */
export interface Comparison {
  readonly text: string;
  readonly language?: string;
  readonly languagePack?: string;
  /** The words of the pack. */
  readonly words?: Readonly<Record<string, string>>;
  readonly cases: readonly GoCase[];
}

/** Expects that we make of each case what Go makes of it. */
export function expectAsGo({
  text,
  language = 'English',
  languagePack = '[]',
  words,
  cases,
}: Comparison): void {
  const templates = new Templates(
    { texts: [{ name: 'file', text }], languagePacks: [{ name: 'pack', text: languagePack }], language },
    new FakeClock(),
  );
  expect(templates.problems).toEqual([]);
  const english = { firing: 'FIRING', resolved: 'RESOLVED' };
  const results = renderWithGo({ templates: [text], language, words: words ?? english, cases });
  for (const [index, { template, alerts, html, ...about }] of cases.entries()) {
    const rendered = templates.renderer(about)(template, alerts, { html });
    // Go leaves comments of HTML out; no reader sees them.
    const ours = html ? rendered.replaceAll(/<!--.*?-->/gs, '') : rendered;
    expect({ template, text: ours }).toEqual({ template, ...results[index] });
  }
}
