import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ends, ExecutorWorld, gone, plan, step } from '../testing/executor-world.ts';
import type { TaskPlan } from './plan.ts';

let world: ExecutorWorld;
beforeEach(() => {
  world = new ExecutorWorld();
});
afterEach(async () => {
  await world.close();
  expect(world.problems).toEqual([]);
});

test('steps run one after another; the first failure skips the rest', async () => {
  const state = await world.runToEnd('u1', {
    steps: [step('a', 'echo hi'), step('b', 'exit 2'), step('c', 'echo never')],
  });
  expect(ends(state)).toEqual(['0 Completed Completed', '2 Error Error', '1 Error Skipped']);
  expect(await world.log('u1')).toBe('hi\n');
  expect(await world.log('u1', 'step-c')).toMatch(/^\S+ \S+ Skipping step because a previous step failed\n$/);
});

test('output of both streams keeps its order, and /dev/stderr can be opened', async () => {
  await world.runToEnd('u1', {
    steps: [step('a', 'for i in 1 2 3; do echo o$i; echo e$i >&2; done; echo x > /dev/stderr; printf end')],
  });
  expect(await world.log('u1')).toBe('o1\ne1\no2\ne2\no3\ne3\nx\nend');
});

test('a script without a shebang stops at the first failing command; with one it is its own master', async () => {
  const state = await world.runToEnd('u1', {
    steps: [
      step('a', '#!/bin/sh\nfalse\necho "$# $2"', { args: ['x', 'y z'] }),
      step('b', 'false\necho never'),
    ],
  });
  expect(await world.log('u1')).toBe('2 y z\n');
  expect(ends(state)[1]).toBe('1 Error Error');
});

test('onError continue goes on, and the exit code is readable', async () => {
  const state = await world.runToEnd('u1', {
    results: [{ name: 'code' }],
    steps: [
      step('a', 'exit 42', { onError: 'continue' }),
      step('b', 'cat $(steps.step-a.exitCode.path) > $(results.code.path)'),
    ],
  });
  expect(ends(state)).toEqual(['42 Completed Continued', '0 Completed Completed']);
  expect(state.containers[1]?.message).toBe('[{"key":"code","value":"42","type":1}]');
});

test('what is not a program fails with the words of Tekton', async () => {
  const state = await world.runToEnd('u1', { steps: [{ name: 'a', command: ['nosuchcommand'] }] });
  expect(ends(state)).toEqual(['1 Error Error']);
  expect(await world.log('u1')).toMatch(
    /Error executing command: exec: "nosuchcommand": executable file not found in \$PATH\n$/,
  );
  await world.runToEnd('u2', { steps: [step('a', '#!/no/such/shell\n')] });
  expect(await world.log('u2')).toContain('Error executing command');
});

test('arguments that the system cannot take fail the step, not the runner', async () => {
  const long = await world.runToEnd('u1', {
    steps: [{ name: 'a', command: ['echo'], args: ['x'.repeat(200_000)] }],
  });
  expect(ends(long)).toEqual(['1 Error Error']);
  expect(await world.log('u1')).toContain('Error executing command: spawn E2BIG');
  const zero = await world.runToEnd('u2', { steps: [{ name: 'a', command: ['echo'], args: ['a\u0000b'] }] });
  expect(ends(zero)).toEqual(['1 Error Error']);
});

test('a signal counts as 255', async () => {
  expect(ends(await world.runToEnd('u1', { steps: [step('a', 'kill -9 $$')] }))).toEqual(['255 Error Error']);
});

test('a step gets its own variables and none of the runner', async () => {
  const env = [
    { name: 'A', value: '1' },
    { name: 'B', value: '$(A)2 $$(A) $(nope)' },
    { name: 'HIDDEN', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
  ];
  await world.runToEnd(
    'u1',
    {
      steps: [
        step('a', 'env | cut -d= -f1 | sort | xargs echo; echo "$B $HIDDEN $1"', { env, args: ['$(A)'] }),
      ],
    },
    {
      valueOfVariable: () => 'from secret',
    },
  );
  expect(await world.log('u1')).toBe('A B HIDDEN HOME LANG PATH PWD TMPDIR\n12 $(A) $(nope) from secret 1\n');
});

test('workspaces: files of secrets, shared volumes, working directories', async () => {
  const files = new Map([['user', Buffer.from('ann')]]);
  const workspaces: TaskPlan['workspaces'] = new Map([
    ['creds', { kind: 'files', files }],
    ['src', { kind: 'volume', claim: 'claim', subPath: 'sub' }],
  ]);
  const declared = { workspaces: [{ name: 'creds' }, { name: 'src' }] };
  const write = step(
    'a',
    'cat $(workspaces.creds.path)/user > f; pwd -P; cd $(workspaces.src.path); pwd -P',
    { workingDir: '/workspace/src' },
  );
  await world.runToEnd('u1', { ...declared, steps: [write] }, { workspaces });
  const [here, there] = (await world.log('u1')).split('\n');
  expect(here).toBe(there);
  await world.runToEnd(
    'u2',
    { ...declared, steps: [step('a', 'cat $(workspaces.src.path)/f')] },
    { workspaces },
  );
  expect(await world.log('u2')).toBe('ann');
});

test('a path that leads out of a workspace is refused', async () => {
  const workspaces: TaskPlan['workspaces'] = new Map([['w', { kind: 'empty', subPath: '../../..' }]]);
  const state = await world.runToEnd(
    'u1',
    { workspaces: [{ name: 'w' }], steps: [step('a', 'true')] },
    { workspaces },
  );
  expect(state.message).toContain('leads out of it');
});

test('results over the limit fail the step and say so in its log', async () => {
  const state = await world.runToEnd('u1', {
    results: [{ name: 'r' }],
    steps: [step('a', 'head -c 5000 /dev/zero | tr "\\0" x > $(results.r.path)')],
  });
  expect(ends(state)).toEqual(['1 Error Error']);
  expect(await world.log('u1')).toBe(
    'Termination message is above max allowed size 4096, caused by large task result.\n',
  );
});

test('a step may use the results of a step before it, and conditions on them', async () => {
  const made = [{ name: 'r' }];
  const state = await world.runToEnd('u1', {
    steps: [
      step('a', 'printf v > $(step.results.r.path)', { results: made }),
      step('b', 'echo "$1"', { args: ['$(steps.a.results.r)'] }),
      step('c', 'true', { when: [{ input: '$(steps.a.results.r)', operator: 'notin', values: ['v'] }] }),
    ],
  });
  expect(await world.log('u1', 'step-b')).toBe('v\n');
  expect(ends(state)[2]).toBe('0 Completed Skipped');
});

test('a step that takes too long is ended with all its children', async () => {
  const state = await world.runToEnd('u1', {
    steps: [
      step('a', 'sleep 600 & echo $!; trap "" TERM; while :; do sleep 1; done', { timeout: '300ms' }),
      step('b', 'true'),
    ],
  });
  expect(ends(state)).toEqual(['1 Error TimeoutExceeded', '1 Error Skipped']);
  const pid = Number.parseInt(await world.log('u1'), 10);
  await gone(pid);
});

test('what a step leaves running ends with it', async () => {
  await world.runToEnd('u1', { steps: [step('a', 'sleep 600 & echo $!')] });
  await gone(Number.parseInt(await world.log('u1'), 10));
});

test('stopping ends the running step, and none after it runs', async () => {
  world.executor.submit(plan('u1', { steps: [step('a', 'echo $$; sleep 600'), step('b', 'true')] }));
  await world.until('u1', ({ phase }) => phase === 'running');
  await world.executor.stop('u1', 'TaskRunCancelled');
  const state = world.states.get('u1');
  expect(state && ends(state)).toEqual([
    '1 TaskRunCancelled TaskRunCancelled',
    '1 TaskRunCancelled TaskRunCancelled',
  ]);
  expect(state?.containers[0]?.message).toBe('Step a terminated as pod u1-pod is terminated');
});

test('only so many run at once; a stopped one that waits leaves without a place', async () => {
  world.executor = world.open(1);
  world.executor.submit(plan('u1', { steps: [step('a', 'sleep 600')] }));
  await world.until('u1', ({ phase }) => phase === 'running');
  for (const uid of ['u2', 'u3']) world.executor.submit(plan(uid, { steps: [step('a', 'echo ran')] }));
  expect(world.executor.load).toEqual({ running: 1, queued: 2 });
  await world.executor.stop('u2', 'TaskRunCancelled');
  expect(world.executor.load).toEqual({ running: 1, queued: 1 });
  await world.executor.stop('u1', 'TaskRunCancelled');
  await world.until('u3', ({ phase }) => phase === 'ended');
  expect(await world.log('u3')).toBe('ran\n');
});

test('a pod is run once: the same submission again, and after a restart', async () => {
  // The shell stays: while one becomes another program, its environment, by which it is found, cannot be read.
  const work = plan('u1', { steps: [step('a', 'echo $$; sleep 600; :')] });
  expect(world.executor.submit(work)).toBe('accepted');
  expect(world.executor.submit(work)).toBe('known');
  const pid = Number.parseInt(await world.firstOutput('u1'), 10);

  const next = world.open();
  expect(await next.killLeftovers()).toBeGreaterThan(0);
  expect(next.submit(work)).toBe('lost');
  await world.until('u1', ({ phase }) => phase === 'ended');
  await gone(pid);
  expect(readFileSync(next.folderOf('u1').log('step-a'), 'utf8')).toContain(`stdout F ${pid}`);
});

test('secrets do not stay on disk when the pod has ended, logs do', async () => {
  const workspaces: TaskPlan['workspaces'] = new Map([
    ['s', { kind: 'files', files: new Map([['k', Buffer.from('v')]]) }],
  ]);
  await world.runToEnd(
    'u1',
    { workspaces: [{ name: 's' }], steps: [step('a', 'echo done')] },
    { workspaces },
  );
  await world.executor.stop('u1', 'PodDeleted');
  expect(() => readFileSync(join(world.executor.folderOf('u1').workspaces, 's', 'k'))).toThrow('ENOENT');
  expect(await world.log('u1')).toBe('done\n');
  await world.executor.forget('u1');
  expect(world.executor.podUids()).toEqual([]);
});
