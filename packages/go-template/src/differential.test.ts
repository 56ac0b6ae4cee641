import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { env } from 'node:process';
import { createInterface } from 'node:readline';
import { describe, expect, test } from 'vitest';
import { runCase, type OracleCase } from './testing/oracle.ts';
import { randomCase } from './testing/random-template.ts';

interface Answer {
  readonly output: string | null;
  readonly error: string;
}

/** What Go makes of the cases, asked in one process. */
async function askGo(cases: readonly OracleCase[]): Promise<Answer[]> {
  const folder = new URL('../fixtures/oracle/', import.meta.url);
  const go = spawn('go', ['run', 'main.go', '-stream'], { cwd: folder, stdio: ['pipe', 'pipe', 'inherit'] });
  const exit = once(go, 'exit');
  go.stdin.end(cases.map((each) => `${JSON.stringify(each)}\n`).join(''));
  const answers: Answer[] = [];
  for await (const line of createInterface({ input: go.stdout })) answers.push(JSON.parse(line) as Answer);
  await exit;
  return answers;
}

/** Takes away what ours is meant to say in another way; see the oracle's test. */
const comparable = (text: string): string =>
  text
    .replace(/(can't evaluate field \S+ in type) .*$/s, '$1')
    .replace(/(non-comparable type|value has type).*$/s, '$1')
    .replace(/(error calling len:).*$/s, '$1');

/**
 * Where ours does more: it ranges over integers as newer Go does, `slice` takes indexes out of data, any list of strings
 * is a `[]string`, and structs compare whatever their fields are.
 */
const knownDifference =
  /range can't iterate over|cannot index slice\/array with type interface {}|expected \[\]string; got \[\]interface {}|non-comparable type/;

// GO_TEMPLATE_SEEDS=FIRST-LAST, with Go on the PATH. Without it the recorded cases have to do.
describe.skipIf(!env['GO_TEMPLATE_SEEDS'])('random templates', () => {
  test('give what Go gives', { timeout: 600_000 }, async () => {
    const [first = 1, last = first] = (env['GO_TEMPLATE_SEEDS'] ?? '').split('-').map(Number);
    const cases = Array.from({ length: last - first + 1 }, (_, index) => randomCase(first + index));
    const answers = await askGo(cases);
    expect(answers).toHaveLength(cases.length);
    const wrong = cases.flatMap((each, index) => {
      const { output, error } = runCase(each);
      const answer = answers[index];
      const ours = comparable(output ?? error);
      const go = comparable(answer?.output ?? answer?.error ?? '');
      return ours === go || knownDifference.test(go)
        ? []
        : [{ seed: first + index, template: each.template, go, ours }];
    });
    expect(wrong.slice(0, 20)).toEqual([]);
  });
});
