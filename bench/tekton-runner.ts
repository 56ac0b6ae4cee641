/**
 * The runner on the whole of `up`: what a step costs beside the same scripts in a bare shell loop, how long a pipeline
 * of two stages takes from its creation to its end, and how many runs end in a second.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeClient, coreV1, loadKubeconfig, type KubeObject, type ResourceType } from '@armillary/kube';
import { devopsKinds, type PipelineRun } from '@armillary/pipelines';
import { taskRunKind, type TaskRun } from '@armillary/tekton';
import { startArmillary } from '../e2e/testing/armillary.ts';
import { eventually } from '../e2e/testing/process.ts';
import { printComparison, quantile, residentMegabytes, type Row } from './measure.ts';
import { processTree } from './process-tree.ts';

const namespace = 'bench';
const steps = 200;
const apiVersion = 'devops.kubesphere.io/v1alpha3';
/** One of the kinds of KubeSphere DevOps. */
const kind = <T extends KubeObject>(name: string): ResourceType<T> =>
  devopsKinds.find((one) => one.kind === name)! as unknown as ResourceType<T>;

/** Milliseconds that `count` scripts take one after another in a shell that does nothing else. */
function shellLoop(count: number): number {
  const folder = mkdtempSync(join(tmpdir(), 'bench-loop-'));
  const script = join(folder, 'step');
  writeFileSync(script, '#!/bin/sh\nset -e\necho one line\n', { mode: 0o700 });
  const started = performance.now();
  spawnSync('/bin/sh', ['-c', `i=0; while [ $i -lt ${count} ]; do ${script}; i=$((i+1)); done`]);
  const elapsed = performance.now() - started;
  rmSync(folder, { recursive: true });
  return elapsed;
}

/** Creates runs and resolves with the milliseconds until the last of them has ended well. */
async function untilAllEnd<T extends KubeObject>(
  client: KubeClient,
  type: ResourceType<T>,
  objects: readonly T[],
  succeeded: (object: T) => boolean | undefined,
): Promise<number> {
  const resource = client.resource(type);
  const { metadata } = await resource.list({ namespace });
  const open = new Set(objects.map((object) => object.metadata.name));
  const stop = new AbortController();
  const started = performance.now();
  const watching = (async () => {
    const from = { namespace, resourceVersion: metadata.resourceVersion, signal: stop.signal };
    for await (const event of resource.watch(from)) {
      if (event.type === 'BOOKMARK') continue;
      const verdict = succeeded(event.object);
      if (verdict === false) throw new Error(`${event.object.metadata.name ?? ''} failed`);
      if (verdict === true) open.delete(event.object.metadata.name);
      if (open.size === 0) return;
    }
  })();
  await Promise.all(objects.map((object) => resource.create(object)));
  await watching;
  stop.abort();
  return performance.now() - started;
}

function taskRun(name: string, count: number): TaskRun {
  const step = { image: 'busybox', script: 'echo one line' };
  const taskSpec = { steps: Array.from({ length: count }, () => step) };
  return { apiVersion: 'tekton.dev/v1', kind: 'TaskRun', metadata: { name, namespace }, spec: { taskSpec } };
}

function taskRunSucceeded({ status }: TaskRun): boolean | undefined {
  const verdict = status?.conditions?.[0]?.status ?? 'Unknown';
  return verdict === 'Unknown' ? undefined : verdict === 'True';
}

function pipelineRuns(pipeline: string, prefix: string, count: number): PipelineRun[] {
  return Array.from({ length: count }, (_, i) => ({
    apiVersion,
    kind: 'PipelineRun',
    metadata: { name: `${prefix}-${i}`, namespace },
    spec: { pipelineRef: { name: pipeline } },
  }));
}

function pipelineRunSucceeded({ status }: PipelineRun): boolean | undefined {
  const { phase } = status ?? {};
  return phase === 'Succeeded' ? true : phase === 'Failed' || phase === 'Cancelled' ? false : undefined;
}

async function createPipeline(client: KubeClient, name: string, stages: number): Promise<void> {
  const stage = (i: number): string => `stage('S${i}') { steps { sh 'echo one line' } }`;
  const all = Array.from({ length: stages }, (_, i) => stage(i)).join('\n');
  const jenkinsfile = `pipeline { agent any\n stages {\n${all}\n} }`;
  const spec = { type: 'pipeline', engine: { type: 'tekton' }, pipeline: { name, jenkinsfile } };
  const pipeline = { apiVersion, kind: 'Pipeline', metadata: { name, namespace }, spec };
  await client.resource(kind('Pipeline')).create(pipeline);
}

/** Runs the benchmark and prints it. */
export async function benchTektonRunner(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-runner-'));
  const ports = ['--port=0', '--api-port=0', '--notification-port=0'];
  const up = await startArmillary(['up', '--data', folder, ...ports]);
  const client = new KubeClient(await loadKubeconfig({ path: up.ready.kubeconfig }));
  const runs = kind<PipelineRun>('PipelineRun');
  const rows: Row[] = [];
  try {
    await client.apply(
      { apiVersion, kind: 'DevOpsProject', metadata: { name: namespace } },
      {
        fieldManager: 'bench',
        force: true,
      },
    );
    await eventually('the namespace', () =>
      client
        .resource(coreV1.namespaces)
        .get(namespace)
        .then(
          () => true,
          () => false,
        ),
    );
    await createPipeline(client, 'two', 2);
    await createPipeline(client, 'three', 3);
    for (const name of ['warm-a', 'warm-b']) {
      await untilAllEnd(client, taskRunKind, [taskRun(name, 20)], taskRunSucceeded);
    }

    const one = await untilAllEnd(client, taskRunKind, [taskRun('one', 1)], taskRunSucceeded);
    const many = await untilAllEnd(client, taskRunKind, [taskRun('many', steps + 1)], taskRunSucceeded);
    const bare = shellLoop(steps);
    rows.push({
      what: 'one step more',
      unit: 'ms',
      ours: (many - one) / steps,
      peer: bare / steps,
      better: 'less',
      target: 'at most 10 ms over the loop',
    });

    const latencies: number[] = [];
    for (let i = 0; i < 12; i++) {
      latencies.push(
        await untilAllEnd(client, runs, pipelineRuns('two', `two${i}`, 1), pipelineRunSucceeded),
      );
    }
    // The first ones measure the just-in-time compiler.
    const warm = latencies.slice(2);
    rows.push({
      what: 'pipeline of 2 stages, create to Succeeded, p50',
      unit: 'ms',
      ours: quantile(warm, 0.5),
      better: 'less',
      target: '< 1000',
    });
    for (const count of [20, 200, 1000]) {
      const elapsed = await untilAllEnd(
        client,
        runs,
        pipelineRuns('three', `n${count}`, count),
        pipelineRunSucceeded,
      );
      rows.push({
        what: `${count} runs of 3 stages at once`,
        unit: 'runs/s',
        ours: (count / elapsed) * 1000,
        better: 'more',
      });
    }
    rows.push({
      what: 'memory of all processes after that',
      unit: 'MB',
      ours: residentMegabytes(processTree(up.process.pid!)),
      better: 'less',
    });
  } finally {
    await client.close();
    await up.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  printComparison('tekton-runner beside a bare shell loop', 'runner', 'shell loop', rows);
}
