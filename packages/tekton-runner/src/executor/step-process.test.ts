import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { signalGroup } from './process-table.ts';
import { Spawner } from './spawner.ts';
import { runStep } from './step-process.ts';

let folder: string;
let spawner: Spawner;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'step-process-'));
  spawner = new Spawner();
});
afterEach(() => {
  spawner.close();
  rmSync(folder, { recursive: true });
});

/** Runs a script of the shell; what its log took, which rests so long whenever it has taken something. */
async function logOf(script: string, restMs: number): Promise<string> {
  let text = '';
  const log = {
    write(chunk: Buffer) {
      text += chunk.toString();
      return restMs === 0;
    },
    drained: () => sleep(restMs),
  };
  const pipe = join(folder, 'output');
  await spawner.makePipes([pipe]);
  const command = {
    file: 'sh',
    args: ['-c', script],
    folder,
    environment: { PATH: process.env['PATH']! },
    pipe,
  };
  const stop = new AbortController().signal;
  expect(await runStep(command, { spawner, log, stop, graceMs: 1000 })).toBe(0);
  return text;
}

test('what a step wrote last is in its log, however slow the disk is', async () => {
  // As much as a pipe holds is still in there when the step has ended.
  const text = await logOf('head -c 200000 /dev/zero | tr "\\0" x; echo; echo last', 700);
  expect(text).toHaveLength(200_006);
  expect(text).toMatch(/x\nlast\n$/);
});

test.for([
  ['says nothing', 'sleep 600'],
  ['says something now and then', 'while sleep 0.1; do echo more; done'],
  ['never stops to talk', 'while :; do echo more more more more more more more; done'],
])(
  'a process that left its group, keeps the output and %s holds nobody up',
  { timeout: 60_000 },
  async ([, script]) => {
    // Its parent waits until it has its own group: before, it goes with the step.
    const left = `setsid sh -c 'echo $$ > pid; trap "" HUP; ${script}' & until [ -s pid ]; do :; done; echo last`;
    try {
      expect(await logOf(left, 0)).toContain('last\n');
    } finally {
      signalGroup(Number(readFileSync(join(folder, 'pid'), 'utf8')), 'SIGKILL');
    }
  },
);
