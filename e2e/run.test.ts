/** `armillary run`: one run without a server. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { armillary, temporaryFolder } from './testing/armillary.ts';
import { eventually, runProgram, type Finished } from './testing/process.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
/** Where the runs put what is theirs, and nobody else does. */
let own: string;
beforeAll(async () => {
  folder = await temporaryFolder();
  own = `${folder.path}/own`;
  await mkdir(own);
});
afterAll(async () => await folder.remove());

async function run(file: string, text: string, ...args: string[]): Promise<Finished> {
  await writeFile(`${folder.path}/${file}`, text);
  return await runProgram(process.execPath, [armillary, 'run', `${folder.path}/${file}`, ...args], {
    env: { ...process.env, TMPDIR: own },
    timeoutMs: 120_000,
  });
}

const jenkinsfile = `pipeline {
  agent any
  parameters { string(name: 'WHO', defaultValue: 'nobody') }
  stages {
    stage('Greet') { steps { sh 'echo "hello $WHO"' } }
    stage('Check') { steps { sh 'test "$WHO" != fail' } }
  }
}`;

test('runs a Jenkinsfile, prints its log, and leaves nothing behind', async () => {
  const result = await run('Jenkinsfile', jenkinsfile, '-p', "WHO=$(touch pwned) 'x'");
  expect(result).toMatchObject({ code: 0 });
  expect(result.stdout).toContain("hello $(touch pwned) 'x'");
  expect(await readdir(own)).toEqual([]);
});

test('--keep leaves the data of the run and says where', async () => {
  const result = await run('Jenkinsfile', jenkinsfile, '--keep');
  const kept = /data of the run is in (\S+)/.exec(result.stderr)?.[1] ?? '';
  expect(await readdir(kept)).toContain('objects.db');
  await rm(kept, { recursive: true });
});

test('exits with 1 when the pipeline fails, and prints the status as JSON', async () => {
  const result = await run('Jenkinsfile', jenkinsfile, '-p', 'WHO=fail', '--output', 'json');
  expect(result.code).toBe(1);
  expect(JSON.parse(result.stdout)).toMatchObject({ kind: 'PipelineRun', status: { phase: 'Failed' } });
  expect(result.stderr).toContain('hello fail');
});

test('runs a Tekton pipeline with parameters, results and a workspace', async () => {
  const yaml = `apiVersion: tekton.dev/v1
kind: Pipeline
metadata: { name: chain }
spec:
  params: [{ name: word, default: none }]
  tasks:
    - name: make
      params: [{ name: word, value: $(params.word) }]
      taskSpec:
        params: [{ name: word }]
        results: [{ name: upper }]
        steps:
          - name: shout
            image: busybox
            env: [{ name: WORD, value: $(params.word) }]
            script: printf %s "$WORD" | tr a-z A-Z > $(results.upper.path)
    - name: use
      params: [{ name: got, value: $(tasks.make.results.upper) }]
      taskSpec:
        params: [{ name: got }]
        steps:
          - { name: print, image: busybox, command: [echo], args: ["got $(params.got)"] }
`;
  const result = await run('chain.yaml', yaml, '-p', 'word=loud');
  expect(result).toMatchObject({ code: 0 });
  expect(result.stdout).toContain('got LOUD');
});

test('stops a run that takes longer than --timeout', async () => {
  const result = await run(
    'Jenkinsfile.slow',
    "pipeline { agent any\nstages { stage('S') { steps { sh 'sleep 600' } } } }",
    '--timeout',
    '4s',
  );
  expect(result.code).toBe(1);
  expect(result.stderr).toMatch(/longer than --timeout/);
});

test('takes its steps along when it is killed', async () => {
  const pidFile = `${folder.path}/pid`;
  const file = `${folder.path}/Jenkinsfile.killed`;
  const script = `echo $$ > ${pidFile}.new; mv ${pidFile}.new ${pidFile}; sleep 600`;
  await writeFile(file, `pipeline { agent any\nstages { stage('S') { steps { sh '${script}' } } } }`);
  const running = spawn(process.execPath, [armillary, 'run', file], {
    stdio: 'ignore',
    // What it leaves there goes with our folder.
    env: { ...process.env, TMPDIR: folder.path },
  });
  await eventually('the step', () => existsSync(pidFile));
  running.kill('SIGKILL');
  const pid = (await readFile(pidFile, 'utf8')).trim();
  await eventually('the end of the step', () => isGone(pid));
});

/** A process that nobody waits for stays as a zombie. */
function isGone(pid: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z ');
  } catch {
    return true;
  }
}

test.each([
  ['no.yaml', 'kind: Pod', /needs apiVersion and kind/],
  ['bad.yaml', 'a: [', /bad\.yaml/],
])('refuses %s', async (file, text, message) => {
  const result = await run(file, text);
  expect(result.code).toBe(2);
  expect(result.stderr).toMatch(message);
});

test('says what is wrong with a Jenkinsfile and where', async () => {
  const result = await run(
    'Jenkinsfile.bad',
    "pipeline {\n  agent any\n  stages {\n    stage('A') { stepz { } }\n  }\n}",
  );
  expect(result.code).toBe(1);
  expect(result.stderr).toMatch(/line 4/);
});
