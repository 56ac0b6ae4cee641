import type { Argument, Step as JenkinsStep } from '@armillary/jenkinsfile';
import type { Step } from '@armillary/tekton';
import { noteUnknown, type Variables } from './environment.ts';
import { Refusal, type FidelityReport } from './report.ts';
import { evaluate } from './scope.ts';
import { checkLiteral, environmentValue, literalOf, type Template } from './template.ts';

/** What a step can see, and where its conversion is noted. */
export interface StepContext {
  readonly variables: Variables;
  readonly parameters: Variables;
  readonly report: FidelityReport;
}

/** Shells in which lines can stand between the interpreter line and the rest of a script. */
const SHELL_LINE = /^#!\s*\S*\/(?:env\s+)?(?:sh|bash|dash|ash|ksh|zsh)\b[^\n]*/;

/**
 * Converts one Jenkins step to a Tekton step, or notes why not and gives undefined.
 * `guard` are shell lines that decide first whether the step runs at all.
 */
export function convertStep(
  step: JenkinsStep,
  name: string,
  guard: readonly string[],
  context: StepContext,
): Step | undefined {
  const { report } = context;
  return report.attempt(step.name, () => {
    const unknown: string[] = [];
    const value = (argument: Argument): Template =>
      evaluate(argument.value, {
        ...context,
        later: new Set(),
        unknownNames: 'error',
        onUnknown: (missing) => unknown.push(missing),
      });
    const line = `line ${step.span.start.line}`;
    let converted: Step;
    if (step.name === 'echo') converted = { name, displayName: `echo, ${line}`, ...echo(step, guard, value) };
    else if (step.name === 'sh')
      converted = { name, displayName: `sh, ${line}`, ...shell(step, guard, value) };
    else throw new Refusal(step.span, `the step ${step.name} is not converted, only sh and echo`);
    noteUnknown(report, step.name, step.span, unknown);
    return converted;
  });
}

function echo(step: JenkinsStep, guard: readonly string[], value: (argument: Argument) => Template): Step {
  const message = argumentOf(step, 'message');
  const template = value(message);
  const text = literalOf(template);
  if (text !== undefined) {
    const quoted = checkLiteral(text, message.span).replaceAll("'", `'\\''`);
    return { script: lines('#!/bin/sh', ...guard, `printf '%s\\n' '${quoted}'`) };
  }
  return {
    env: [{ name: 'ARMILLARY_MESSAGE', value: environmentValue(template, message.span) }],
    script: lines('#!/bin/sh', ...guard, `printf '%s\\n' "$ARMILLARY_MESSAGE"`),
  };
}

function shell(step: JenkinsStep, guard: readonly string[], value: (argument: Argument) => Template): Step {
  for (const { name, span } of step.arguments) {
    if (name !== undefined && name !== 'script' && name !== 'label')
      throw new Refusal(span, `the argument ${name} of sh is not converted`);
  }
  const script = argumentOf(step, 'script');
  const template = value(script);
  const text = literalOf(template);
  const label = step.arguments.find(({ name }) => name === 'label');
  const displayName = label && literalOf(value(label));
  if (label && displayName === undefined)
    throw new Refusal(label.span, 'a label must not depend on parameters');
  const title = displayName === undefined ? {} : { displayName: checkLiteral(displayName, step.span) };
  if (text !== undefined)
    return { ...title, script: literalScript(checkLiteral(text, script.span), guard, script) };
  if (typeof template[0] === 'string' && template[0].startsWith('#!')) {
    throw new Refusal(
      script.span,
      'a script with its own interpreter line must not depend on parameters; read them from the environment',
    );
  }
  // Groovy puts the values into the script's text. They travel as a variable, so that they are never part of a file
  // that Tekton or this converter writes.
  return {
    ...title,
    env: [{ name: 'ARMILLARY_SCRIPT', value: environmentValue(template, script.span) }],
    script: lines(
      '#!/bin/sh',
      ...guard,
      'script=$ARMILLARY_SCRIPT',
      'unset ARMILLARY_SCRIPT',
      'exec /bin/sh -xec "$script"',
    ),
  };
}

/** Jenkins runs a script with -xe unless it names its interpreter itself. */
function literalScript(text: string, guard: readonly string[], script: Argument): string {
  if (!text.startsWith('#!')) {
    return guard.length === 0 ? lines('#!/bin/sh -xe', text) : lines('#!/bin/sh', ...guard, 'set -xe', text);
  }
  if (guard.length === 0) return text;
  const shellLine = SHELL_LINE.exec(text)?.[0];
  if (shellLine === undefined) {
    throw new Refusal(
      script.span,
      'a script of another interpreter than a shell cannot stand where it may be skipped: beside a post section',
    );
  }
  return lines(shellLine, ...guard, text.slice(shellLine.length + 1));
}

function argumentOf(step: JenkinsStep, name: string): Argument {
  const found = step.arguments.find((argument) => (argument.name ?? name) === name);
  if (found === undefined || step.steps !== undefined)
    throw new Refusal(step.span, `${step.name} needs its ${name} and has no block`);
  return found;
}

function lines(...all: readonly string[]): string {
  return all.join('\n');
}
