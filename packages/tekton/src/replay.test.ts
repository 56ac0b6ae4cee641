import { describe, expect, test } from 'vitest';
import {
  applyTaskRun,
  checkAppliedTask,
  checkTaskRun,
  formatErrors,
  missingTask,
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
  ...Object.fromEntries(
    ['empty-array', 'from-result', 'include', 'include-only', 'result-unconsumed', 'invalid'].map((name) => [
      `matrix-${name}`,
      'unsupported: matrix',
    ]),
  ),
  ...Object.fromEntries(
    ['fail', 'missing-result', 'success', 'timeout'].map((name) => [
      `custom-${name}`,
      'unsupported: custom tasks',
    ]),
  ),
  'labels-inner-spec': 'unsupported: matrix and custom tasks',
  'names-long': 'unsupported: matrix; its other names are tested in names.test.ts',
  'pip-disabled': 'unsupported: pipelines in pipelines',
  'pip-fail': 'unsupported: pipelines in pipelines',
  'resolver-none': 'unsupported: resolvers',
  'sidecar-exits': 'unsupported: sidecars',
  'sidecar-readiness': 'unsupported: sidecars',
  'stepaction-basic': 'unsupported: StepActions',
  'stepaction-missing': 'unsupported: StepActions',
  'stepaction-missing-param': 'unsupported: StepActions',
  'when-cel-params': 'unsupported: CEL in when',
  'when-cel-results': 'unsupported: CEL in when',
  'when-cel-unquoted': 'unsupported: CEL in when',
  'v1beta1-taskrun': 'v1beta1 is not served; its manifests are to be converted',
  'image-missing': 'there is no registry: the runner has its own words for an image it cannot stand in for',
  'managed-by': 'a run that somebody else manages: nothing happens, here as there',
  'result-missing':
    'Tekton itself gets stuck here until something touches the run; result-missing-poked is the outcome',
};

/** Tekton lists a missing key of an object result twice; here it is said once. */
const sameWords = (message?: string) => message?.replace('map[o:[b b]]', 'map[o:[b]]');

const cases = oracleCases().filter(({ id }) => !(id in notYet));

describe('refused at admission, in the words of Tekton', () => {
  for (const oracle of cases.filter(({ refused }) => refused.some((message) => message !== null))) {
    test(oracle.id, () => {
      for (const [index, object] of oracle.manifests.entries()) {
        const [, stage, said] =
          /denied the request: (\w+) failed: (.*)$/s.exec(oracle.refused[index] ?? '') ?? [];
        const ours = formatErrors(errorsOf(object)) || undefined;
        // A text that Go cannot decode is refused earlier there, without its place.
        if (stage === 'mutation') expect(ours).toContain(said?.replace(/^.*: (?=time:)/, ''));
        else expect(ours, object.metadata.name).toBe(said);
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
      const children = oracle.taskRuns.filter(({ pipelineTaskName }) => pipelineTaskName !== undefined);
      expect(new Set(created.map(({ metadata }) => metadata.name))).toEqual(
        new Set(children.map(({ name }) => name)),
      );
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
  const written =
    recorded.spec.taskSpec ??
    tasks.find(({ metadata }) => metadata.name === recorded.spec.taskRef?.name)?.spec;
  const condition = recorded.status?.conditions?.[0];
  if (written === undefined) {
    expect(missingTask(run)).toEqual({ reason: condition?.reason, message: condition?.message });
    return;
  }
  const task = taskOfRun(run, written);
  const refusal = checkTaskRun(run, task);
  if (refusal !== undefined) {
    expect(refusal).toEqual({ reason: condition?.reason, message: condition?.message });
    return;
  }
  const unfit = checkAppliedTask(run, applyTaskRun(task, run, tektonPaths));
  if (unfit !== undefined) {
    expect(unfit).toEqual({ reason: condition?.reason, message: condition?.message });
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
  expect(outcome.verdict).toEqual({
    status: condition?.status,
    reason: condition?.reason,
    message: sameWords(condition?.message),
  });
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
  return object.kind === 'TaskRun'
    ? validateTaskRun(object as TaskRun)
    : validatePipelineRun(object as PipelineRun);
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
