import type { Post } from '@armillary/jenkinsfile';
import type { Step } from '@armillary/tekton';
import type { FidelityReport } from './report.ts';
import { convertStep, type StepContext } from './steps.ts';

/** The conditions that are converted, in the order in which Jenkins runs them. */
const CONDITIONS = ['always', 'success', 'failure'] as const;

/** Where the exit code of a step is found by later ones. */
function exitCodeFile(step: string): string {
  return `$(steps.step-${step}.exitCode.path)`;
}

/** The line that reads an exit code into `_code`; only built-in commands, whatever PATH is. */
function readCode(file: string): string {
  return `read -r _code < "${file}" || :`;
}

/** Ends the step with the exit code of the one before it, when that failed or was left out itself. */
export function afterSuccessOf(step: string): string[] {
  return [readCode(exitCodeFile(step)), '[ "$_code" = 0 ] || exit "$_code"'];
}

/** What a post section follows: steps of the same task by name, and for the pipeline the status of its stages. */
export interface PostSubject {
  readonly steps: readonly string[];
  readonly stagesStatus?: string;
}

/**
 * Converts a post section to steps. Each goes on after errors; the last one, `result`, fails when anything failed,
 * so that the task does. A condition sees what the conditions before it did, as on Jenkins.
 */
export function convertPost(post: Post, subject: PostSubject, context: StepContext): Step[] {
  reportOtherConditions(post, context.report);
  const done = [...subject.steps];
  const steps: Step[] = [];
  for (const name of CONDITIONS) {
    const condition = post.conditions.find((candidate) => candidate.condition === name);
    if (condition === undefined) continue;
    context.report.exact(`post ${name}`, condition.span);
    const entry = conditionGuard(name, { ...subject, steps: [...done] });
    let previous: string | undefined;
    for (const [index, jenkinsStep] of condition.steps.entries()) {
      const stepName = `${name}-${index + 1}-${jenkinsStep.name}`;
      const guard = previous === undefined ? entry : [...entry, ...afterSuccessOf(previous)];
      const step = convertStep(jenkinsStep, stepName, guard, context);
      if (step === undefined) continue;
      steps.push({ ...step, onError: 'continue' });
      previous = stepName;
    }
    if (previous !== undefined) done.push(previous);
  }
  return [...steps, resultStep(done)];
}

function reportOtherConditions(post: Post, report: FidelityReport): void {
  for (const { condition, span } of post.conditions) {
    if (!CONDITIONS.some((name) => name === condition)) {
      report.refuse(
        `post ${condition}`,
        span,
        `the post condition ${condition} is not converted, only ${CONDITIONS.join(', ')}`,
      );
    }
  }
}

function conditionGuard(
  condition: (typeof CONDITIONS)[number],
  { steps, stagesStatus }: PostSubject,
): string[] {
  if (condition === 'always') return [];
  const lines = ['_failed=0'];
  if (stagesStatus !== undefined) lines.push(`[ "${stagesStatus}" != Failed ] || _failed=1`);
  for (const step of steps) lines.push(readCode(exitCodeFile(step)), '[ "$_code" = 0 ] || _failed=1');
  return [...lines, `[ "$_failed" = ${condition === 'failure' ? 1 : 0} ] || exit 0`];
}

function resultStep(steps: readonly string[]): Step {
  return {
    name: 'result',
    displayName: 'the result of the steps above',
    script: ['#!/bin/sh', ...steps.flatMap((step) => afterSuccessOf(step))].join('\n'),
  };
}
