import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { KubeClient } from '@armillary/kube';
import { type TaskRun, type TaskSpec, templateClaimName } from '@armillary/tekton';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { imageMap } from '../executor/images.ts';
import { prepareTaskRun, TaskRefusedError } from './task-run-preparation.ts';

let server: Server;
let client: KubeClient;
let objects: Map<string, object>;

beforeEach(async () => {
  objects = new Map();
  server = createServer((request, response) => {
    const object = objects.get(request.url ?? '');
    response.writeHead(object === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(object ?? { kind: 'Status', code: 404, reason: 'NotFound' }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  client = new KubeClient({
    server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    namespace: 'ns',
  });
});
afterEach(async () => {
  await client.close();
  server.close();
});

function taskRun(spec: TaskRun['spec'], labels: Record<string, string> = {}): TaskRun {
  return {
    apiVersion: 'tekton.dev/v1',
    kind: 'TaskRun',
    metadata: { name: 'tr', namespace: 'ns', uid: 'u', labels },
    spec,
  };
}

function prepare(run: TaskRun) {
  return prepareTaskRun(client, run, 0, imageMap(), AbortSignal.timeout(10_000));
}

async function refusal(spec: TaskRun['spec']): Promise<{ reason: string; message: string }> {
  const error: unknown = await prepare(taskRun(spec)).catch((cause: unknown) => cause);
  if (error instanceof TaskRefusedError) return error.refusal;
  throw new Error('the TaskRun was not refused', { cause: error });
}

const step = { name: 's', image: 'busybox', script: 'true' };
const task: TaskSpec = { steps: [step] };

test('a task by reference is found, with its variables put in as its status shows them', async () => {
  const params = [{ name: 'p' }];
  const results = [{ name: 'r' }];
  const steps = [{ ...step, script: 'echo $(params.p) > $(results.r.path)' }];
  objects.set('/apis/tekton.dev/v1/namespaces/ns/tasks/t', {
    metadata: { name: 't' },
    spec: { params, results, steps },
  });
  const prepared = await prepare(taskRun({ taskRef: { name: 't' }, params: [{ name: 'p', value: 'v' }] }));
  expect(prepared.applied.steps?.[0]?.script).toBe('echo v > /tekton/results/r');
  const plan = prepared.plan({ uid: 'pod', name: 'tr-pod' });
  expect(plan).toMatchObject({ uid: 'pod', pod: 'tr-pod', containers: ['step-s'], results: [{ name: 'r' }] });
});

test('what cannot run is refused by name', async () => {
  expect(await refusal({ taskRef: { name: 'ghost' } })).toEqual({
    reason: 'TaskRunResolutionFailed',
    message: 'error when listing tasks for taskRun tr: tasks.tekton.dev "ghost" not found',
  });
  const image = await refusal({ taskSpec: { steps: [{ ...step, image: 'golang:1.24' }] } });
  expect(image.reason).toBe('TaskRunImagePullFailed');
  expect(image.message).toContain('the step "s" in TaskRun "tr" failed to pull the image "golang:1.24"');
  const sidecars = [{ name: 'db', image: 'postgres' }];
  expect((await refusal({ taskSpec: { ...task, sidecars } })).message).toContain('sidecars (spec.sidecars)');
  expect((await refusal({ taskRef: { resolver: 'git' } })).message).toContain(
    'resolvers (spec.taskRef.resolver)',
  );
  expect((await refusal({ taskSpec: task, podTemplate: { hostNetwork: true } })).message).toContain(
    'pod templates',
  );
  expect((await refusal({ taskSpec: { params: [{ name: 'must' }], steps: [step] } })).message).toContain(
    '[must]',
  );
  expect((await refusal({ taskSpec: task, timeout: 'soon' })).message).toContain(
    'time: invalid duration "soon"',
  );
});

test('secrets and config maps become values and files; what is missing is said before anything runs', async () => {
  objects.set('/api/v1/namespaces/ns/secrets/s', { metadata: { name: 's' }, data: { k: 'aHVzaA==' } });
  objects.set('/api/v1/namespaces/ns/configmaps/c', { metadata: { name: 'c' }, data: { a: '1', b: '2' } });
  const secretKeyRef = { name: 's', key: 'k' };
  const optional = { name: 'O', valueFrom: { configMapKeyRef: { name: 'ghost', key: 'x', optional: true } } };
  const env = [
    { name: 'K', valueFrom: { secretKeyRef } },
    { name: 'N', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    optional,
  ];
  const spec: TaskSpec = {
    workspaces: [{ name: 'w' }],
    steps: [{ ...step, env, envFrom: [{ prefix: 'C_', configMapRef: { name: 'c' } }] }],
  };
  const workspaces = [{ name: 'w', configMap: { name: 'c', items: [{ key: 'b', path: 'sub/b' }] } }];
  const plan = (await prepare(taskRun({ taskSpec: spec, workspaces }))).plan({ uid: 'p', name: 'p' });
  expect(env.map((variable) => plan.valueOfVariable(variable))).toEqual(['hush', 'tr', undefined]);
  expect(plan.valuesOfSource({ prefix: 'C_', configMapRef: { name: 'c' } })).toEqual([
    ['C_a', '1'],
    ['C_b', '2'],
  ]);
  expect(plan.workspaces.get('w')).toEqual({ kind: 'files', files: new Map([['sub/b', Buffer.from('2')]]) });

  const wanting = (valueFrom: object) =>
    ({ steps: [{ ...step, env: [{ name: 'X', valueFrom }] }] }) as TaskSpec;
  const missing = await refusal({ taskSpec: wanting({ secretKeyRef: { name: 's', key: 'nope' } }) });
  expect(missing.reason).toBe('CreateContainerConfigError');
  expect(missing.message).toContain("couldn't find key nope in Secret ns/s");
  expect(missing.message).not.toContain('hush');
  expect(
    (await refusal({ taskSpec: wanting({ secretKeyRef: { name: 'ghost', key: 'k' } }) })).message,
  ).toContain('secret "ghost" not found');
  expect(
    (await refusal({ taskSpec: wanting({ resourceFieldRef: { resource: 'limits.cpu' } }) })).message,
  ).toContain('variable X');
});

test('claims of a template belong to their run, others to themselves', async () => {
  const spec = { workspaces: [{ name: 'w' }], steps: [step] };
  const labels = { 'tekton.dev/pipelineRunUID': 'run-uid' };
  const claim = async (claimName: string) => {
    const workspaces = [{ name: 'w', persistentVolumeClaim: { claimName } }];
    const prepared = await prepare(taskRun({ taskSpec: spec, workspaces }, labels));
    return prepared.plan({ uid: 'p', name: 'p' }).workspaces.get('w');
  };
  expect(await claim('mine')).toEqual({ kind: 'volume', claim: 'mine' });
  const name = templateClaimName('run-uid', 'w');
  expect(await claim(name)).toEqual({ kind: 'volume', claim: name, run: 'run-uid' });
});
