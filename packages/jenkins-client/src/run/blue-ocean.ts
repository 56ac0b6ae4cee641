/** Stages, steps and inputs from Blue Ocean's REST interface, recorded from version 1.27. */
import { buildRoute, type BuildAddress } from '../builds/build-address.ts';
import { parseParameterDefinition, type ParameterDefinition } from '../builds/parameter-definition.ts';
import type { CallOptions, Connection } from '../connection.ts';
import { NotFoundOrHiddenError } from '../errors.ts';
import { expected, expectedObjects } from '../expected.ts';
import { objectOf, objectsOf, textOf, wholeOf, type JsonObject } from '../json-shape.ts';
import { lifeOfTwo, timesOf } from './node-state.ts';
import type { RunNode, Stage, Step } from './stage.ts';

/** Asks a route of a run. A branch has another path than a job, and only the answer tells which it is. */
export async function blueOcean(
  connection: Connection,
  build: BuildAddress,
  route: 'nodes/' | 'steps/',
  options: CallOptions,
): Promise<unknown> {
  const number = await numberOf(connection, build, options);
  const names = build.item.map(encodeURIComponent);
  const last = names.pop() ?? '';
  const above = names.map((name) => `pipelines/${name}/`).join('');
  const ask = async (job: string): Promise<unknown> => {
    const path = `blue/rest/organizations/jenkins/${above}${job}/runs/${number}/${route}`;
    const answer = await connection.request({ ...options, path, query: { limit: 10_000 } });
    return answer.json<unknown>();
  };
  try {
    return await ask(`pipelines/${last}`);
  } catch (error) {
    if (!(error instanceof NotFoundOrHiddenError) || names.length === 0) throw error;
    return ask(`branches/${last}`);
  }
}

/** The answer of `nodes/`. It leaves out the stages that Jenkins made itself. */
export function blueStages(body: unknown): readonly Stage[] {
  const nodes = expectedObjects(body, 'the stages');
  const byId = new Map(nodes.map((node) => [textOf(node.id), node]));
  const children = Map.groupBy(nodes, parentsOf(nodes, byId));
  const within = (parent: JsonObject | undefined): readonly Stage[] =>
    (children.get(parent) ?? [])
      .map((node): Stage => {
        const cause = textOf(node.causeOfBlockage);
        return {
          ...parseNode(node),
          kind: node.type === 'PARALLEL' ? 'parallel' : 'stage',
          children: within(node),
          synthetic: false,
          ...(cause === undefined ? {} : { causeOfBlockage: cause }),
          ...(typeof node.restartable === 'boolean' ? { restartable: node.restartable } : {}),
        };
      })
      // Of parallel branches the last is told first; their ids are given in order.
      .sort((one, other) => Number(one.id) - Number(other.id));
  return within(undefined);
}

/** The answer of `steps/`, for the whole run. It does not tell the stages of the steps. */
export function blueSteps(body: unknown): readonly Step[] {
  return expectedObjects(body, 'the steps').map((json) => {
    const description = textOf(json.displayDescription);
    const inputId = textOf(objectOf(json.input)?.id);
    return {
      ...parseNode(json),
      ...(description === undefined ? {} : { description }),
      ...(inputId === undefined ? {} : { inputId }),
    };
  });
}

/** An input as a step of `steps/` tells it. */
export interface BlueInput {
  readonly id: string;
  readonly message: string;
  readonly ok: string;
  readonly submitter?: string;
  readonly parameters: readonly ParameterDefinition[];
}

/** The inputs that steps of `steps/` wait for. */
export function blueInputs(body: unknown): readonly BlueInput[] {
  return expectedObjects(body, 'the steps').flatMap(({ input, state }) => {
    const json = objectOf(input);
    const id = textOf(json?.id);
    if (!json || id === undefined || state !== 'PAUSED') return [];
    const submitter = textOf(json.submitter);
    return [
      {
        id,
        message: textOf(json.message) ?? '',
        ok: textOf(json.ok) ?? 'Proceed',
        ...(submitter === undefined ? {} : { submitter }),
        parameters: objectsOf(json.parameters)
          .map(parseParameterDefinition)
          .filter((definition) => definition !== undefined),
      },
    ];
  });
}

/**
 * The nodes that nodes are within. `firstParent` of a parallel branch is the stage around it; that of a stage is the
 * branch around it, or the stage before it, which is within the same.
 */
function parentsOf(
  nodes: readonly JsonObject[],
  byId: ReadonlyMap<string | undefined, JsonObject>,
): (node: JsonObject) => JsonObject | undefined {
  const parents = new Map<JsonObject, JsonObject | undefined>();
  for (const node of nodes) {
    const same: JsonObject[] = [];
    let parent: JsonObject | undefined;
    // An answer that goes in circles comes to a node that was seen.
    for (let at = node; !parents.has(at);) {
      parents.set(at, undefined);
      same.push(at);
      const before = typeof at.firstParent === 'string' ? byId.get(at.firstParent) : undefined;
      if (!before) break;
      const around = at.type === 'PARALLEL' || before.type === 'PARALLEL';
      parent = around ? before : parents.get(before);
      if (around) break;
      at = before;
    }
    for (const one of same) parents.set(one, parent);
  }
  return (node) => parents.get(node);
}

function parseNode(json: JsonObject): RunNode {
  const { startTime, durationInMillis } = json;
  // Its zone is written `+0000`, which is not in the form of dates that all engines read.
  const start = Date.parse((textOf(startTime) ?? '').replace(/([+-]\d\d)(\d\d)$/u, '$1:$2'));
  return {
    id: expected(textOf(json.id), 'a stage or step'),
    name: textOf(json.displayName) ?? '',
    ...lifeOfTwo(json.state, json.result),
    ...timesOf(Number.isNaN(start) ? undefined : start, wholeOf(durationInMillis), undefined),
  };
}

/** Blue Ocean knows no permalinks. */
async function numberOf(connection: Connection, build: BuildAddress, options: CallOptions): Promise<number> {
  if (typeof build.number === 'number') return build.number;
  const answer = await connection.request({
    ...options,
    path: buildRoute(build, 'api/json'),
    query: { tree: 'number' },
  });
  return expected(wholeOf(objectOf(await answer.json<unknown>())?.number), 'the number of the build');
}
