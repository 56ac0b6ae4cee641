import type { PipelineSpec, PipelineTask } from '../api/pipeline.ts';
import { embeddedResultRefsOf, type ResultRef, resultRefsOf } from '../substitution/results.ts';

/** A task of a pipeline with everything about its place in the graph that does not change while it runs. */
export interface PlannedTask {
  task: PipelineTask;
  name: string;
  /** Position in the plan: first `tasks`, then `finally`, in the order of the spec. */
  index: number;
  /** A task of `finally`. */
  final: boolean;
  /** Results that must exist before the task can run. */
  resultRefs: ResultRef[];
  /** Results mentioned inside the embedded task: they order, but a missing one is left as it is. */
  embeddedRefs: ResultRef[];
  parents: PlannedTask[];
  children: PlannedTask[];
}

/** A pipeline's graph, made once per run; its size is that of the graph. */
export interface PipelinePlan {
  spec: PipelineSpec;
  tasks: PlannedTask[];
  byName: ReadonlyMap<string, PlannedTask>;
  /** The number of tasks that are not `finally` tasks. */
  dagSize: number;
}

/** Links the tasks of a pipeline: an edge per `runAfter` and per result reference. Unknown names are ignored. */
export function planPipeline(spec: PipelineSpec): PipelinePlan {
  const dag = spec.tasks ?? [];
  const tasks = [...dag, ...(spec.finally ?? [])].map<PlannedTask>((task, index) => ({
    task,
    name: task.name ?? '',
    index,
    final: index >= dag.length,
    resultRefs: resultRefsOf(task),
    embeddedRefs: embeddedResultRefsOf(task),
    parents: [],
    children: [],
  }));
  const byName = new Map(tasks.map((planned) => [planned.name, planned]));
  for (const planned of tasks) {
    if (!planned.final) link(planned, byName);
  }
  return { spec, tasks, byName, dagSize: dag.length };
}

function link(planned: PlannedTask, byName: Map<string, PlannedTask>): void {
  const names = new Set(planned.task.runAfter ?? []);
  for (const ref of [...planned.resultRefs, ...planned.embeddedRefs]) names.add(ref.task);
  for (const name of names) {
    const parent = byName.get(name);
    if (parent === undefined || parent.final) continue;
    planned.parents.push(parent);
    parent.children.push(planned);
  }
}

/** Finds a cycle; returns the two neighbouring names that Tekton names in its message. */
export function findCycle(plan: PipelinePlan): { task: string; dependsOn: string } | undefined {
  const waitsFor = plan.tasks.map((planned) => planned.parents.length);
  const queue = plan.tasks.filter((planned) => planned.parents.length === 0);
  for (const planned of queue) {
    for (const child of planned.children) {
      const left = (waitsFor[child.index] ?? 0) - 1;
      waitsFor[child.index] = left;
      if (left === 0) queue.push(child);
    }
  }
  if (queue.length === plan.tasks.length) return undefined;
  const stuck = plan.tasks
    .filter((planned) => (waitsFor[planned.index] ?? 0) > 0)
    .sort((a, b) => a.name.localeCompare(b.name));
  const first = stuck[0];
  const parent = first?.parents.find((candidate) => (waitsFor[candidate.index] ?? 0) > 0);
  return first && parent && { task: first.name, dependsOn: parent.name };
}
