import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { available } from '../../../../e2e/testing/available.ts';
import { ends, ExecutorWorld, gone, plan, step } from '../testing/executor-world.ts';

const canMount = available(
  'what a runner does on a full disk',
  'root, to mount a tmpfs',
  process.getuid?.() === 0,
);

let world: ExecutorWorld;
beforeEach(() => {
  world = new ExecutorWorld();
});
afterEach(async () => {
  await world.close();
});

test('what a step starts in a session of its own ends with the pod', async () => {
  // The shell stays: while one becomes another program, its environment, by which it is found, cannot be read.
  const script = `setsid sh -c 'echo $$ > "$OUT/pid"; sleep 600; :' < /dev/null > /dev/null 2>&1 &
    while ! test -s "$OUT/pid"; do sleep 0.01; done; cat "$OUT/pid"`;
  const out = { env: [{ name: 'OUT', value: world.dataFolder }] };
  await world.runToEnd('u1', { steps: [step('a', script, out)] });
  const pid = Number(await world.log('u1'));
  expect(pid).toBeGreaterThan(1);
  await gone(pid);
});

test('a step that ignores SIGTERM is killed', async () => {
  world.executor.submit(
    plan('u1', { steps: [step('a', 'trap "" TERM INT; echo; while :; do sleep 1; done')] }),
  );
  await world.until('u1', ({ phase }) => phase === 'running');
  await world.executor.stop('u1', 'TaskRunCancelled');
  expect(world.states.get('u1')).toMatchObject({ phase: 'ended', reason: 'TaskRunCancelled' });
});

test('output of any bytes, without any newline, comes back as it was', async () => {
  const script = `head -c 5000000 /dev/zero | tr '\\0' x; printf '\\377\\000\\001\\n\\r\\200'`;
  const state = await world.runToEnd('u1', { steps: [step('a', script)] });
  expect(ends(state)).toEqual(['0 Completed Completed']);
  const log = await world.log('u1');
  expect(log.length).toBe(5_000_006);
  expect(log.slice(-7)).toBe('x\xff\0\x01\n\r\x80');
});

test('a pod of 200 steps', async () => {
  const steps = Array.from({ length: 200 }, (_, i) => step(`s${i}`, `echo ${i}`));
  const state = await world.runToEnd('u1', { steps });
  expect(new Set(ends(state))).toEqual(new Set(['0 Completed Completed']));
  expect(await world.log('u1', 'step-s199')).toBe('199\n');
}, 240_000);

test('values of variables reach the process byte by byte', async () => {
  const values = ["it's", '"q"', 'a\nb\n', 'ünï ☃ 𝄞', '$(touch pwned) `id` $HOME \\', '', '-n', '*'];
  const env = values.map((value, i) => ({ name: `V${i}`, value }));
  const names = ['if', 'do', 'done', 'case', 'esac', 'IFS'].map((name) => ({ name, value: `of ${name}` }));
  const script = `#!/usr/bin/env node
    for (let i = 0; i < ${values.length}; i++) console.log(JSON.stringify(process.env['V' + i]));
    for (const name of ${JSON.stringify(names.map(({ name }) => name))}) console.log(JSON.stringify(process.env[name]));`;
  await world.runToEnd('u1', { steps: [step('a', script, { env: [...env, ...names] })] });
  const seen = Buffer.from(await world.log('u1'), 'latin1')
    .toString()
    .trim()
    .split('\n');
  expect(seen.map((text) => JSON.parse(text) as string)).toEqual([
    ...values,
    ...names.map(({ value }) => value),
  ]);
});

test('a variable that no process can have fails the step, not the runner', async () => {
  const env = [{ name: 'V', value: 'a\0b' }];
  const state = await world.runToEnd('u1', { steps: [step('a', 'true', { env })] });
  expect(ends(state)).toEqual(['1 Error Error']);
  expect(await world.log('u1')).toMatch(/null bytes/);
});

test('when the process that starts steps is killed, what ran has failed, and the next pod runs', async () => {
  world.executor.submit(plan('u1', { steps: [step('a', 'echo $$ $PPID; sleep 600')] }));
  const [pid = 0, spawner = 0] = (await world.firstOutput('u1')).split(' ').map(Number);
  process.kill(spawner, 'SIGKILL');
  const state = await world.until('u1', ({ phase }) => phase === 'ended');
  expect(ends(state)).toEqual(['1 Error Error']);
  expect(await world.log('u1')).toMatch(/process that starts steps has ended/);
  await gone(pid);
  const next = await world.runToEnd('u2', { steps: [step('a', 'true')] });
  expect(ends(next)).toEqual(['0 Completed Completed']);
});

describe.skipIf(!canMount)('a full disk', () => {
  let pods: string;
  beforeEach(() => {
    pods = join(world.dataFolder, 'pods');
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,nr_inodes=60', 'tmpfs', pods]);
  });
  afterEach(() => {
    execFileSync('umount', ['-l', pods]);
  });

  test('before a pod begins fails it with the reason; later pods run once there is space', async () => {
    const filler = join(pods, 'filler');
    mkdirSync(filler);
    for (let i = 0; ; i++) {
      try {
        writeFileSync(join(filler, String(i)), '');
      } catch {
        break;
      }
    }
    const state = await world.runToEnd('u1', { steps: [step('a', 'true')] });
    expect(state).toMatchObject({ reason: 'Error', message: expect.stringMatching(/ENOSPC/) });
    rmSync(filler, { recursive: true });
    const next = await world.runToEnd('u2', { steps: [step('a', 'echo space')] });
    expect(ends(next)).toEqual(['0 Completed Completed']);
  });

  test('while a step writes its log fails the pod with the reason', async () => {
    const state = await world.runToEnd('u1', {
      steps: [step('a', 'head -c 3000000 /dev/zero | tr "\\0" x; true')],
    });
    expect(state).toMatchObject({ phase: 'ended', message: expect.stringMatching(/ENOSPC/) });
  });
});
