/**
 * The pure scheduler on graphs of growing size: task transitions (started, finished) per second, everything planned
 * anew each time. Linear work shows as a rate that does not fall as the graph grows.
 */
import { PipelineScheduler, planPipeline, type Child, type PipelineSpec } from '@armillary/tekton';
import { quantile } from './measure.ts';

/** Layers of ten tasks, each task after two of the layer before and reading a result of one of them. */
function layered(tasks: number): PipelineSpec {
  const name = (i: number): string => `t${i}`;
  return {
    tasks: Array.from({ length: tasks }, (_, i) => {
      const before = i < 10 ? [] : [name(i - 10), name(i - 10 - (i % 10) + ((i + 1) % 10))];
      const params = before[0] ? [{ name: 'got', value: `$(tasks.${before[0]}.results.out)` }] : [];
      return { name: name(i), taskRef: { name: 'work' }, runAfter: before, params };
    }),
  };
}

/** Runs a graph to its end; answers the number of transitions. */
function runToEnd(spec: PipelineSpec): number {
  const scheduler = new PipelineScheduler(planPipeline(spec), {
    name: 'bench',
    namespace: 'bench',
    timeouts: {},
    startedAt: 0,
  });
  let transitions = 0;
  for (;;) {
    const { create, verdict } = scheduler.advance(0);
    for (const { name } of create) {
      const child: Child = { task: name, name, state: 'running', reason: '', results: new Map() };
      scheduler.observe(child);
      scheduler.observe({ ...child, state: 'succeeded', results: new Map([['out', 'x']]) });
      transitions += 2;
    }
    if (create.length === 0) {
      if (verdict.status === 'Unknown') throw new Error(`the graph stands still: ${verdict.message}`);
      return transitions;
    }
  }
}

/** Runs the benchmark and prints it. */
export function benchTekton(): void {
  console.log('tekton scheduler (target: at least 50,000 transitions/s, linear)');
  let first: number | undefined;
  for (const tasks of [100, 1000, 10_000]) {
    const spec = layered(tasks);
    const rates: number[] = [];
    for (let round = 0; round < (tasks > 1000 ? 5 : 20); round++) {
      const before = performance.now();
      const transitions = runToEnd(spec);
      rates.push((transitions / (performance.now() - before)) * 1000);
    }
    const rate = quantile(rates, 0.5);
    first ??= rate;
    console.log(
      `${String(tasks).padStart(6)} tasks  ${rate.toFixed(0).padStart(8)} transitions/s  ${(rate / first).toFixed(2)}x of the smallest graph`,
    );
  }
}
