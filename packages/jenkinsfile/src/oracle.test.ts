import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseJenkinsfile, type Stage, type Step } from './index.ts';

interface JsonValue {
  isLiteral: boolean;
  value: unknown;
}
interface JsonStep {
  name: string;
  arguments: JsonValue | { key?: string; value?: JsonValue }[];
  children?: JsonStep[];
}
interface JsonStage {
  name: string;
  branches?: { steps: JsonStep[] }[];
  stages?: JsonStage[];
  parallel?: JsonStage[];
  matrix?: { stages: JsonStage[] };
  post?: { conditions: { condition: string }[] };
  environment?: { key: string }[];
}
interface Recording {
  id: string;
  tags: string[];
  jenkinsfile: string;
  errors: string[];
  json?: { stages: JsonStage[]; agent: { type: string }; environment?: { key: string; value: JsonValue }[] };
}

const recordings = JSON.parse(
  readFileSync(new URL('../fixtures/convert.json', import.meta.url), 'utf8'),
) as Recording[];

/** Cases where Jenkins looked at something else than the text, or where its answer is not worth copying. */
const EXCEPTIONS: Record<string, string> = {
  'c-err-syntax-in-script': 'the Groovy of a script block is kept as source here, not compiled',
  'c-tools-unknown-version': 'which tools are installed is a matter of the server',
  'c-err-stage-no-name': 'Jenkins reports the duplicate name "error" that it gave to nameless stages itself',
};

/** Cases where Jenkins' JSON differs from the text by design: a lone parallel step becomes branches, a $class map is rewritten. */
const REWRITTEN = ['c-parallel-step-legacy-failfast', 'c-steps-step-class'];

function jenkinsLines(errors: readonly string[]): number[] {
  const lines = errors.map((message) => Number(/@ line (\d+)/.exec(message)?.[1] ?? 1));
  return [...new Set(lines)].toSorted((left, right) => left - right);
}

const judged = recordings.filter(({ id, tags }) => !tags.includes('plugin') && !(id in EXCEPTIONS));
const structured = recordings.filter(({ id, json }) => json !== undefined && !REWRITTEN.includes(id));

test.each(judged)('$id is judged as by Jenkins, on the same lines', ({ jenkinsfile, errors }) => {
  const { diagnostics } = parseJenkinsfile(jenkinsfile);
  expect([...new Set(diagnostics.map(({ line }) => line))]).toEqual(jenkinsLines(errors));
});

test.each(structured)(
  '$id has the structure and the literals that Jenkins reads',
  ({ jenkinsfile, json }) => {
    const { pipeline } = parseJenkinsfile(jenkinsfile);
    expect(pipeline?.agent?.type).toBe(json?.agent.type);
    expect(pipeline?.environment?.variables.map(({ name }) => name)).toEqual(
      json?.environment?.map(({ key }) => key),
    );
    expect(pipeline?.stages.map(outlineStage)).toEqual(json?.stages.map(outlineJsonStage));
  },
);

function outlineStage(
  stage: Pick<Stage, 'stages' | 'parallel' | 'matrix' | 'steps' | 'post' | 'environment'> & { name?: string },
): unknown {
  return {
    name: stage.name,
    steps: stage.steps?.map(outlineStep),
    stages: (stage.stages ?? stage.parallel ?? stage.matrix?.stages)?.map(outlineStage),
    post: stage.post?.conditions.map(({ condition }) => condition),
    environment: stage.environment?.variables.map(({ name }) => name),
  };
}

function outlineJsonStage(stage: JsonStage): unknown {
  return {
    name: stage.name,
    steps: stage.branches?.[0]?.steps.map(outlineJsonStep),
    stages: (stage.stages ?? stage.parallel ?? stage.matrix?.stages)?.map(outlineJsonStage),
    post: stage.post?.conditions.map(({ condition }) => condition),
    environment: stage.environment?.map(({ key }) => key),
  };
}

function outlineStep(step: Step): unknown {
  const literals = step.arguments.flatMap(({ value }) =>
    value.kind === 'string' || value.kind === 'boolean' ? [value.value] : [],
  );
  return { name: step.name, literals, children: step.steps?.map(outlineStep) ?? [] };
}

function outlineJsonStep(step: JsonStep): unknown {
  const list = Array.isArray(step.arguments)
    ? step.arguments.map((argument) => argument.value ?? (argument as unknown as JsonValue))
    : [step.arguments];
  const literals =
    step.name === 'script'
      ? []
      : list.flatMap(({ isLiteral, value }) =>
          isLiteral && (typeof value === 'string' || typeof value === 'boolean') ? [value] : [],
        );
  return { name: step.name, literals, children: (step.children ?? []).map(outlineJsonStep) };
}
