import type { CaseResult, SuiteResult } from './run.ts';

/** One line for people, as soon as a case has ended. */
export function resultLine({ area, name, outcome, reason, ms }: CaseResult): string {
  const mark = { passed: 'ok  ', failed: 'FAIL', 'not tested': '-   ' }[outcome];
  return `${mark} ${area}: ${name}${outcome === 'passed' ? ` (${ms} ms)` : ` — ${reason ?? ''}`}`;
}

/** The end of a run for people: the counts, what was not tested and why, and what was left behind. */
export function summary({ results, leftBehind }: SuiteResult): string {
  const count = (outcome: CaseResult['outcome']) =>
    results.filter((result) => result.outcome === outcome).length;
  const untested = results.filter(({ outcome }) => outcome === 'not tested');
  return [
    '',
    `${count('passed')} passed, ${count('failed')} failed, ${count('not tested')} not tested.`,
    ...untested.map(({ area, name, reason }) => `Not tested: ${area}: ${name}: ${reason ?? ''}`),
    ...leftBehind.map((what) => `LEFT BEHIND on the server: ${what}`),
  ].join('\n');
}

/** The result as a page in Markdown: the operations, by area, with what was seen on this server. */
export function compatibilityPage({ capabilities, results }: SuiteResult): string {
  const { version = 'unknown', plugins } = capabilities;
  const areas = [...new Set(results.map(({ area }) => area))];
  const yes = (value: unknown) => (value === false || value === undefined ? 'no' : 'yes');
  return [
    `# Tried on Jenkins ${version}`,
    '',
    `wfapi ${yes(capabilities.wfapi)}, pipeline-graph-view ${yes(capabilities.graphView)}, Blue Ocean ${yes(capabilities.blueOcean)}, model converter ${yes(capabilities.converter)}, configuration as code ${yes(capabilities.casc)}, event gateway ${yes(capabilities.sse)}.`,
    '',
    ...areas.flatMap((area) => [
      `## ${area}`,
      '',
      '| what works | operations | result |',
      '| --- | --- | --- |',
      ...results.filter((result) => result.area === area).map(row),
      '',
    ]),
    ...(plugins === undefined
      ? ['The user may not list the plugins.']
      : [
          '## Plugins',
          '',
          [...plugins].map(([name, pluginVersion]) => `${name} ${pluginVersion}`).join(', '),
        ]),
    '',
  ].join('\n');
}

function row({ name, covers, outcome, reason }: CaseResult): string {
  const result =
    reason === undefined ? outcome : `${outcome}: ${reason.replaceAll('|', '\\|').replaceAll('\n', ' ')}`;
  return `| ${name} | ${covers.map((operation) => `\`${operation}\``).join(', ')} | ${result} |`;
}
