import { describe, expect, test } from 'vitest';
import {
  applyTaskRun,
  checkTaskRun,
  formatErrors,
  onErrorAnnotation,
  type Pipeline,
  type PipelineRun,
  podName,
  type Task,
  type TaskRun,
  taskOfRun,
  taskOutcome,
  tektonPaths,
  unsupportedInPipeline,
  unsupportedInTask,
  validatePipelineRun,
  validatePipelineSpec,
  validateTaskRun,
  validateTaskSpec,
} from './index.ts';
import { accepted, oracleCases, type OracleCase, type RecordedTaskRun } from './testing/oracle.ts';
import { namespaced, replayPipelineRun } from './testing/replay.ts';

/** Recorded cases that the first slice does not run, each with the reason. */
const notYet: Record<string, string> = {
};

const cases = oracleCases().filter(({ id }) => !(id in notYet));

describe('refused at admission, in the words of Tekton', () => {
  for (const oracle of cases.filter(({ refused }) => refused.some((message) => message !== null))) {
    test(oracle.id, () => {
      for (const [index, object] of oracle.manifests.entries()) {
        const said = oracle.refused[index]?.replace(/^admission webhook "[^"]+" denied the request: validation failed: /, '');
        expect(formatErrors(errorsOf(object as Task)) || undefined, object.metadata.name).toBe(said ?? undefined);
      }
    });
  }
});

describe('PipelineRuns end as with Tekton', () => {
  for (const oracle of cases.filter(({ pipelineRun }) => pipelineRun !== undefined)) {
    test(oracle.id, () => {
      const { refusal, report, created } = replayPipelineRun(oracle);
      const recorded = oracle.pipelineRun?.status ?? {};
      const condition = refusal ?? report?.verdict;
      expect({ reason: condition?.reason, message: condition?.message }).toEqual({
        reason: recorded.conditions?.[0]?.reason,
        message: recorded.conditions?.[0]?.message,
      });
      expect(created.map(({ metadata }) => metadata.name).sort()).toEqual(oracle.taskRuns.map(({ name }) => name).sort());
      if (report === undefined) return;
      expect(report.skippedTasks).toEqual(recorded.skippedTasks ?? []);
      expect(report.childReferences).toEqual(recorded.childReferences ?? []);
      expect(report.results).toEqual(recorded.results ?? []);
      for (const taskRun of created) {
        const real = oracle.taskRuns.find(({ name }) => name === taskRun.metadata.name);
        expect(plain(taskRun.spec), taskRun.metadata.name).toEqual(plain(real?.spec));
        expect(taskRun.metadata.labels).toEqual(real?.metadata.labels);
        expect(taskRun.metadata.annotations).toEqual(withoutRelease(real?.metadata.annotations));
      }
    });
  }
});

describe('TaskRuns are prepared and judged as with Tekton', () => {
  for (const oracle of cases) {
    for (const recorded of oracle.taskRuns) {
      test(`${oracle.id} ${recorded.name}`, () => judge(oracle, recorded));
    }
  }
});

function judge(oracle: OracleCase, recorded: RecordedTaskRun): void {
  const run: TaskRun = namespaced(
    {
      apiVersion: 'tekton.dev/v1',
      kind: 'TaskRun',
      metadata: { name: recorded.name, ...recorded.metadata },
      spec: recorded.spec,
    },
    oracle.id,
  );
  const tasks = accepted<Task>(oracle, 'Task');
  const written = recorded.spec.taskSpec ?? tasks.find(({ metadata }) => metadata.name === recorded.spec.taskRef?.name)?.spec;
  const condition = recorded.status?.conditions?.[0];
  if (written === undefined) {
    expect(condition?.reason).toBe('TaskRunResolutionFailed');
    return;
  }
  const task = taskOfRun(run, written);
  const refusal = checkTaskRun(run, task);
  if (refusal !== undefined) {
    expect(refusal).toEqual({ reason: condition?.reason, message: condition?.message });
    return;
  }
  const attempt = recorded.status?.retriesStatus?.length ?? 0;
  expect(podName(recorded.name, attempt)).toBe(recorded.podNames?.at(-1));
  const applied = applyTaskRun(task, run, tektonPaths, attempt);
  expect(applied).toEqual(recorded.status?.taskSpec);
  const steps = recorded.status?.steps ?? [];
  if (condition?.reason === 'TaskRunCancelled' || condition?.reason === 'TaskRunTimeout') return;
  const ignored = run.metadata.annotations?.[onErrorAnnotation] === 'continue';
  const outcome = taskOutcome(applied, steps, ignored);
  expect(outcome.verdict).toEqual({ status: condition?.status, reason: condition?.reason, message: condition?.message });
  expect(outcome.results).toEqual(recorded.status?.results ?? []);
  expect(outcome.steps).toEqual(steps);
}

test('what the slice does not run is recognised, never half run', () => {
  const open = oracleCases().filter(({ id }) => notYet[id]?.startsWith('unsupported'));
  for (const { id, manifests } of open) {
    expect(manifests.flatMap(unsupportedIn), id).not.toEqual([]);
  }
});

function unsupportedIn(object: Task | Pipeline | TaskRun | PipelineRun) {
  if (object.kind === 'Task') return unsupportedInTask((object as Task).spec);
  if (object.kind === 'Pipeline') return unsupportedInPipeline((object as Pipeline).spec);
  const spec = object.spec as TaskRun['spec'] & PipelineRun['spec'];
  if (spec.pipelineSpec !== undefined) return unsupportedInPipeline(spec.pipelineSpec);
  return spec.taskSpec === undefined ? [] : unsupportedInTask(spec.taskSpec);
}

function errorsOf(object: Task | Pipeline | TaskRun | PipelineRun) {
  if (object.kind === 'Task') return validateTaskSpec((object as Task).spec);
  if (object.kind === 'Pipeline') return validatePipelineSpec((object as Pipeline).spec);
  return object.kind === 'TaskRun' ? validateTaskRun(object as TaskRun) : validatePipelineRun(object as PipelineRun);
}

/** The spec without what a cancellation added. */
function plain(spec: TaskRun['spec'] | undefined) {
  const { status: _status, statusMessage: _message, ...rest } = spec ?? {};
  return rest;
}

function withoutRelease(annotations: Record<string, string> = {}) {
  const own = ['pipeline.tekton.dev/release', 'pipeline.tekton.dev/affinity-assistant'];
  return Object.fromEntries(Object.entries(annotations).filter(([key]) => !own.includes(key)));
}
