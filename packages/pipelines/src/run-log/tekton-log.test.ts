/** Logs of stages against an API server that a script plays: what a real one does only now and then. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { KubeClient } from '@armillary/kube';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { NamedRun } from '../runs/named-run.ts';
import { LogOutput } from './log-output.ts';
import { printTektonLog } from './tekton-log.ts';

interface Stage {
  name: string;
  state: string;
  pod?: string;
  containers?: string[];
}

/** How the log of a container is answered, each time it is asked for. */
type LogAnswer = (response: ServerResponse, asked: number) => void;

let server: Server;
let client: KubeClient;
let state: object;
let watchers: Set<ServerResponse>;
let pods: Record<string, object>;
let logs: Record<string, LogAnswer>;
let asked: Record<string, number>;
let printed: string;
let reader: PassThrough;

beforeEach(async () => {
  watchers = new Set();
  pods = {};
  logs = {};
  asked = {};
  printed = '';
  reader = new PassThrough();
  reader.setEncoding('utf8').on('data', (text: string) => (printed += text));
  server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const [, pod, log] = /\/pods\/([^/]+)(\/log)?$/.exec(url.pathname) ?? [];
    if (url.searchParams.has('watch')) {
      watchers.add(response);
      response.write(`${JSON.stringify({ type: 'ADDED', object: state })}\n`);
    } else if (pod === undefined) response.end(JSON.stringify(state));
    else if (log === undefined) answerPod(response, pods[pod]);
    else {
      const key = `${pod}/${url.searchParams.get('container') ?? ''}`;
      asked[key] = (asked[key] ?? 0) + 1;
      logs[key]?.(response, asked[key]);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  client = new KubeClient({ server: `http://127.0.0.1:${port}`, namespace: 'demo' });
});
afterEach(async () => {
  await client.close();
  server.closeAllConnections();
  server.close();
});

function answerPod(response: ServerResponse, pod: object | undefined): void {
  response.statusCode = pod === undefined ? 404 : 200;
  const missing = { kind: 'Status', status: 'Failure', reason: 'NotFound', code: 404, message: 'not found' };
  response.end(JSON.stringify(pod ?? missing));
}

/** Sets how the run stands, and tells those who watch it. */
function tell(stages: readonly Stage[], phase?: string): void {
  state = {
    apiVersion: 'devops.kubesphere.io/v1alpha3',
    kind: 'PipelineRun',
    metadata: {
      name: 'r',
      namespace: 'demo',
      uid: 'u',
      annotations: { 'pipelines.armillary.dev/stages': JSON.stringify(stages) },
    },
    spec: { pipelineRef: { name: 'p' } },
    status: { phase, ...(phase !== undefined && { completionTime: '2026-01-01T00:00:00Z' }) },
  };
  for (const watcher of watchers) {
    watcher.write(`${JSON.stringify({ type: 'MODIFIED', object: state })}\n`);
  }
}

function pod(...containers: string[]): object {
  const containerStatuses = containers.map((name) => ({ name, state: { running: {} } }));
  return { spec: { containers: containers.map((name) => ({ name })) }, status: { containerStatuses } };
}

function stage(name: string, now = 'Running'): Stage {
  return { name, state: now, pod: name, containers: ['step-a'] };
}

function print(follow = true): Promise<void> {
  const output = new LogOutput(reader, false);
  return printTektonLog(new NamedRun(client, 'demo', 'r'), { follow, output, signal: output.signal });
}

/** Resolves when the output holds a text. */
async function until(text: string): Promise<void> {
  while (!printed.includes(text)) await new Promise((resolve) => setImmediate(resolve));
}

test('stages that run at once are interleaved by whole lines', async () => {
  const open: Record<string, ServerResponse> = {};
  for (const name of ['left', 'right']) {
    pods[name] = pod('step-a');
    logs[`${name}/step-a`] = (response) => {
      open[name] = response;
      response.write(`${name} begins\nhalf of `);
    };
  }
  tell([stage('left'), stage('right')]);
  const done = print();
  await until('left begins');
  await until('right begins');
  open['left']?.end('left\n');
  await until('half of left');
  open['right']?.end('right');
  tell([stage('left', 'Succeeded'), stage('right', 'Succeeded')], 'Succeeded');
  await done;
  expect(printed.split('\n').slice(2)).toEqual([
    '[left/a] half of left',
    '[right/a] half of right',
    'Finished: SUCCESS',
    '',
  ]);
});

test('a stage is printed after the one before it, however slow that one’s log is', async () => {
  pods = { one: pod('step-a'), two: pod('step-a') };
  let one: ServerResponse | undefined;
  logs['one/step-a'] = (response) => (one = response).write('first\n');
  logs['two/step-a'] = (response) => response.end('third\n');
  tell([stage('one'), stage('two', 'Pending')]);
  const done = print();
  await until('first');
  tell([stage('one', 'Succeeded'), stage('two')]);
  tell([stage('one', 'Succeeded'), stage('two', 'Failed')], 'Failed');
  one!.end('second\n');
  await done;
  expect(printed).toBe('[one/a] first\n[one/a] second\n[two/a] third\nFinished: FAILURE\n');
});

test('a log that breaks off is gone on with where it ended', async () => {
  pods['one'] = pod('step-a');
  const whole = Array.from({ length: 5000 }, (_, index) => `line ${index}\n`).join('');
  logs['one/step-a'] = (response, times) => {
    // First within a line, then before that place.
    if (times === 3) response.end(whole);
    else response.write(whole.slice(0, times === 1 ? 20_003 : 10), () => response.destroy());
  };
  tell([stage('one', 'Succeeded')], 'Succeeded');
  await print(false);
  expect(printed).toBe(`${whole.replaceAll('line', '[one/a] line')}Finished: SUCCESS\n`);
});

test('pods that are gone are named, and what is left is shown', async () => {
  pods['two'] = pod('step-a', 'step-b', 'other');
  logs['two/step-a'] = (response) => response.end('here\n');
  logs['two/step-b'] = (response) => answerPod(response, undefined);
  tell([stage('one', 'Succeeded'), { name: 'two', state: 'Succeeded', pod: 'two' }], 'Cancelled');
  await expect(print(false)).rejects.toThrow(/the log is not whole: these pods are gone: one$/);
  expect(printed).toBe('[two/a] here\n');
});

test('a refusal ends it, also while the run goes on', async () => {
  pods['one'] = pod('step-a');
  logs['one/step-a'] = (response) => {
    response.statusCode = 403;
    const message = 'pods "one" is forbidden';
    response.end(
      JSON.stringify({ kind: 'Status', status: 'Failure', reason: 'Forbidden', code: 403, message }),
    );
  };
  tell([stage('one')]);
  await expect(print()).rejects.toThrow(/is forbidden/);
});

test('a run that is deleted while it is followed fails', async () => {
  pods['one'] = pod('step-a');
  logs['one/step-a'] = (response) => response.write('first\n');
  tell([stage('one')]);
  const done = print();
  await until('first');
  for (const watcher of watchers) watcher.write(`${JSON.stringify({ type: 'DELETED', object: state })}\n`);
  await expect(done).rejects.toThrow(/the run r was deleted/);
});

test('stages that are none are left out', async () => {
  const garbled = [null, 7, { name: 1, state: 'Running' }, { name: 'x', state: 'Running', pod: {} }];
  tell(garbled as Stage[], 'Failed');
  await expect(print()).rejects.toThrow(/the run r has no log\. The run says: Failed/);
});
