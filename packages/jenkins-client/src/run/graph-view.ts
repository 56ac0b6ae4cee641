/** Stages and steps from pipeline-graph-view: recorded from version 637, other versions read in its source. */
import { expected, expectedObjects } from '../expected.ts';
import { objectOf, objectsOf, textOf, wholeOf, type JsonObject } from '../json-shape.ts';
import { lifeOf, timesOf } from './node-state.ts';
import type { RunNode, Stage, Step } from './stage.ts';

/** The answer of `tree`. */
export function graphViewStages(body: unknown): readonly Stage[] {
  const data = expected(objectOf(objectOf(body)?.data), 'the stages');
  return expectedObjects(data.stages, 'the stages').map(parseStage);
}

/**
 * The answer of `allSteps`. Its `name` is what the step was given, and its `title` the step's own name; but for some
 * steps, the shell among them, `title` is empty and `name` may be either.
 */
export function graphViewSteps(body: unknown): readonly Step[] {
  const data = expected(objectOf(objectOf(body)?.data), 'the steps');
  return expectedObjects(data.steps, 'the steps').map((json) => {
    const node = parseNode(json);
    const title = textOf(json.title) ?? '';
    const inputId = textOf(objectOf(json.inputStep)?.id);
    const stageId = textOf(json.stageId);
    return {
      ...node,
      ...(title === '' || title === node.name ? {} : { name: title, description: node.name }),
      ...(stageId === undefined ? {} : { stageId }),
      ...(inputId === undefined ? {} : { inputId }),
    };
  });
}

/** An input as `allSteps` tells it. */
export interface GraphViewInput {
  readonly id: string;
  readonly message: string;
  readonly ok: string;
  /** Whether it has parameters; it does not tell which. */
  readonly parameters: boolean;
}

/** The inputs that steps of `allSteps` wait for. */
export function graphViewInputs(body: unknown): readonly GraphViewInput[] {
  const data = expected(objectOf(objectOf(body)?.data), 'the steps');
  return objectsOf(data.steps).flatMap(({ inputStep }) => {
    const input = objectOf(inputStep);
    const id = textOf(input?.id);
    if (!input || id === undefined) return [];
    const { message, ok, parameters } = input;
    return [
      { id, message: textOf(message) ?? '', ok: textOf(ok) ?? 'Proceed', parameters: parameters === true },
    ];
  });
}

function parseStage(json: JsonObject): Stage {
  const agent = textOf(json.agent);
  return {
    ...parseNode(json),
    kind: json.type === 'PARALLEL' ? 'parallel' : 'stage',
    children: objectsOf(json.children).map(parseStage),
    synthetic: json.synthetic === true,
    ...(agent === undefined ? {} : { agent }),
  };
}

function parseNode(json: JsonObject): RunNode {
  const { startTimeMillis, totalDurationMillis, pauseDurationMillis } = json;
  return {
    // Older versions wrote numbers.
    id: expected(textOf(json.id) ?? wholeOf(json.id)?.toString(), 'a stage or step'),
    name: textOf(json.name) ?? '',
    ...lifeOf(json.state),
    ...timesOf(wholeOf(startTimeMillis), wholeOf(totalDurationMillis), wholeOf(pauseDurationMillis)),
  };
}
