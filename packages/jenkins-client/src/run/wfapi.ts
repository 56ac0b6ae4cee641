/** Stages, steps and inputs from pipeline-rest-api, recorded from version 2.34. */
import { parseParameterDefinition, type ParameterDefinition } from '../builds/parameter-definition.ts';
import { expected, expectedObjects } from '../expected.ts';
import { objectOf, objectsOf, textOf, wholeOf, type JsonObject } from '../json-shape.ts';
import { lifeOf, timesOf } from './node-state.ts';
import type { RunNode, Stage, Step } from './stage.ts';

const synthetic = 'Declarative: ';

/** The answer of `wfapi/describe`, side by side: it does not tell which stages are within others. */
export function wfapiStages(body: unknown): readonly Stage[] {
  return stagesOf(body).map((json) => {
    const node = parseNode(json);
    const made = node.name.startsWith(synthetic);
    const agent = textOf(json.execNode) ?? '';
    return {
      ...node,
      name: made ? node.name.slice(synthetic.length) : node.name,
      kind: 'stage',
      children: [],
      synthetic: made,
      ...(agent === '' ? {} : { agent }),
    };
  });
}

/** The steps in an answer of `wfapi/describe?fullStages=true`. */
export function wfapiSteps(body: unknown): readonly Step[] {
  return stagesOf(body).flatMap((stage) =>
    objectsOf(stage.stageFlowNodes).map((json) => {
      const description = textOf(json.parameterDescription);
      const error = objectOf(json.error);
      return {
        ...parseNode(json),
        stageId: expected(textOf(stage.id), 'a stage'),
        ...(description === undefined ? {} : { description }),
        ...(error === undefined ? {} : { error: textOf(error.message) ?? textOf(error.type) ?? 'unknown' }),
      };
    }),
  );
}

/** An input as `wfapi/pendingInputActions` tells it. */
export interface WfapiInput {
  readonly id: string;
  readonly message: string;
  readonly ok: string;
  readonly parameters: readonly ParameterDefinition[];
}

/** The answer of `wfapi/pendingInputActions`. */
export function wfapiInputs(body: unknown): readonly WfapiInput[] {
  return expectedObjects(body, 'the inputs').map((json) => ({
    id: expected(textOf(json.id), 'an input'),
    message: textOf(json.message) ?? '',
    ok: textOf(json.proceedText) ?? 'Proceed',
    parameters: objectsOf(json.inputs)
      .map(parseParameter)
      .filter((definition) => definition !== undefined),
  }));
}

/** In the words of core's JSON. The default of a password, which this plugin tells in clear, is dropped. */
function parseParameter({
  type,
  name,
  description,
  definition,
}: JsonObject): ParameterDefinition | undefined {
  const { defaultVal, choices } = objectOf(definition) ?? {};
  const secret = type === 'PasswordParameterDefinition';
  return parseParameterDefinition({
    type,
    name,
    description,
    choices,
    ...(secret ? {} : { defaultParameterValue: { value: defaultVal } }),
  });
}

function stagesOf(body: unknown): readonly JsonObject[] {
  return expectedObjects(objectOf(body)?.stages, 'the stages');
}

function parseNode(json: JsonObject): RunNode {
  const { startTimeMillis, durationMillis, pauseDurationMillis } = json;
  return {
    id: expected(textOf(json.id), 'a stage or step'),
    name: textOf(json.name) ?? '',
    ...lifeOf(json.status),
    ...timesOf(wholeOf(startTimeMillis), wholeOf(durationMillis), wholeOf(pauseDurationMillis)),
  };
}
