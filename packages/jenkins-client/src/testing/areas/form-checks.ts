import type { Area } from '../area.ts';
import { escapeHtml } from '../error-pages.ts';
import { json, type Answer } from '../http.ts';

const SCRIPT = 'descriptorByName/org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition/checkScriptCompile';

/** The checks of single fields that Jenkins' pages ask for. They see only the plainest faults. */
export const formChecksArea: Area = {
  routes: [
    {
      on: 'item',
      method: 'POST',
      path: SCRIPT,
      handle: ({ request }) => checkScript(request.parameter('value') ?? ''),
    },
    {
      on: 'item',
      method: 'GET',
      path: 'descriptorByName/hudson.triggers.TimerTrigger/checkSpec',
      handle: ({ request }) => checkCron(request.parameter('value') ?? ''),
    },
  ],
};

/** Whether every bracket is closed. An object says that all is well, a list says what is not. */
function checkScript(script: string): Answer {
  const open: string[] = [];
  const closing: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };
  let fine = true;
  for (const [mark] of script.replaceAll(/'[^'\n]*'|"[^"\n]*"|\/\/[^\n]*/g, '').matchAll(/[()[\]{}]/g)) {
    if (!(mark in closing)) open.push(mark);
    else if (open.pop() !== closing[mark]) fine = false;
  }
  if (fine && open.length === 0) return json({ line: 0, column: 0, message: '', status: 'success' });
  const lines = script.split('\n');
  const column = (lines.at(-1)?.length ?? 0) + 1;
  return json([{ line: lines.length, column, message: 'unexpected token: ', status: 'fail' }]);
}

const LIMITS = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
] as const;

/** Whether every line has five fields whose numbers are within their limits. */
function checkCron(spec: string): Answer {
  const wrong = spec
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#') && !line.startsWith('@'))
    .map((line, index) => faultOf(line.trim().split(/\s+/), index + 1))
    .find((fault) => fault !== undefined);
  const remark =
    wrong === undefined
      ? `<div class="ok">Would last have run at Sunday, November 22, 2026 at 12:00:00 AM Coordinated Universal Time; would next run at Monday, November 23, 2026 at 12:00:00 AM Coordinated Universal Time.</div>`
      : `<div class="error">${escapeHtml(`Invalid input: "${spec}": ${wrong}`)} </div>`;
  return { status: 200, headers: { 'content-type': 'text/html;charset=UTF-8' }, body: remark };
}

function faultOf(fields: readonly string[], line: number): string | undefined {
  if (fields.length !== LIMITS.length) return `line ${line}:1: unexpected end of input`;
  for (const [index, [least, most]] of LIMITS.entries()) {
    for (const [number] of (fields[index] ?? '').matchAll(/(?<![/\d])\d+/g)) {
      if (Number(number) < least || Number(number) > most) {
        return `line ${line}:${index * 2 + 2}: ${number} is an invalid value. Must be within ${least} and ${most}`;
      }
    }
  }
  return undefined;
}
