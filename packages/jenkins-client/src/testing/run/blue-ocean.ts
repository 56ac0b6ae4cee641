import type { Area, Call } from '../area.ts';
import type { Build } from '../builds/build.ts';
import type { FlowNode } from '../builds/flow.ts';
import { notFound, oops, Refused } from '../error-pages.ts';
import { empty, json, type Answer } from '../http.ts';
import { encodeName, type Item } from '../items/item.ts';
import { blueNode, blueStages, blueStep, shownSteps } from './blue-ocean-json.ts';
import { inputValues, maySettle } from './input-routes.ts';

/** The part of Blue Ocean's REST interface that is about the stages, steps and inputs of a run. */
export const blueOceanArea: Area = {
  routes: [
    {
      on: 'server',
      method: 'GET',
      path: 'blue/rest/organizations',
      handle: () => blue([{ name: 'jenkins' }]),
    },
    { on: 'server', method: 'ANY', path: 'blue/rest/organizations/jenkins/*rest', handle: answerRun },
  ],
};

/** A JSON answer with the header that tells the front end of Blue Ocean to reload. */
function blue(value: unknown): Answer {
  const answer = json(value);
  return { ...answer, headers: { ...answer.headers, 'x-jenkins': '', 'x-blueocean-refresher': 'fake' } };
}

/** Blue Ocean tells its own errors in JSON. */
function refused(code: number, message: string): Refused {
  return new Refused({
    status: code,
    headers: { 'content-type': 'application/json;charset=ISO-8859-1', 'x-blueocean-refresher': 'fake' },
    body: JSON.stringify({ message, code, errors: [] }, undefined, 2),
  });
}

/** `pipelines/a/pipelines/b/runs/1/…`, or `…/branches/b/runs/1/…` for a branch. */
function answerRun(call: Call): Answer {
  const { item, rest } = findItem(call.world.root, call.request.segments.slice(4));
  const [runs, number = '', what, id, steps, stepId] = rest;
  if (!item?.isJob || !call.user.may('hudson.model.Item.Read')) throw refused(404, 'Pipeline not found');
  if (runs !== 'runs') throw notFound();
  const build = item.builds.get(Number(number));
  if (!build) throw refused(404, `Run ${number} not found in organization jenkins and pipeline ${item.name}`);
  const base = `/blue/rest/organizations/jenkins/${bluePath(build.job)}/runs/${build.number}/`;
  const node = id === undefined ? undefined : build.flow.find(id);
  if (id !== undefined && !node) throw notFound();
  if (call.request.method === 'POST') return settle(build, what === 'nodes' ? stepId : id, call);
  if (what === 'steps' && node) return blue(blueStep(build, node, `${base}steps/`, call));
  if (what === 'steps')
    return blue(shownSteps(build).map((step) => blueStep(build, step, `${base}steps/`, call)));
  if (what !== 'nodes') throw notFound();
  if (node && steps === 'steps') {
    const inside = build.flow.stepsOf(node).filter((step) => shownSteps(build).includes(step));
    return blue(inside.map((step) => blueStep(build, step, `${base}nodes/${node.id}/steps/`, call)));
  }
  const stages = blueStages(build);
  if (node) return blue(blueNode(build, stageNode(stages, node), base, call));
  return blue(stages.map((stage) => blueNode(build, stage, base, call)));
}

/** Only stages and branches that Blue Ocean shows have a page. */
function stageNode(stages: readonly FlowNode[], node: FlowNode): FlowNode {
  if (!stages.includes(node)) throw notFound();
  return node;
}

/** A branch is not found below `pipelines`, and a job not below `branches`. */
function findItem(
  root: Item,
  segments: readonly string[],
): { item: Item | undefined; rest: readonly string[] } {
  let item: Item | undefined = root;
  let at = 0;
  for (; segments[at] === 'pipelines' || segments[at] === 'branches'; at += 2) {
    const inside: Item | undefined = item?.find([segments[at + 1] ?? '']);
    item = (inside?.branch !== undefined) === (segments[at] === 'branches') ? inside : undefined;
  }
  return { item, rest: segments.slice(at) };
}

/** The path of an item in Blue Ocean's links; they never carry the prefix of a sub-path install, as recorded. */
function bluePath(item: Item): string {
  const above = item.parent?.parent ? `${bluePath(item.parent)}/` : '';
  return `${above}${item.branch ? 'branches' : 'pipelines'}/${encodeName(item.name)}`;
}

/** Answers an input by a JSON body: with values, or to abort. */
function settle(build: Build, stepId: string | undefined, call: Call): Answer {
  const body = parsed(call.request.body.toString());
  const { id } = body;
  if (stepId === undefined || typeof id !== 'string') throw oops();
  const input = build.inputs.get(id);
  if (!input) {
    const what = `This Run instance does not have an Input with an id of '${id}'.`;
    throw refused(400, `Error processing Input Submit request. ${what}`);
  }
  if (!maySettle(input, call))
    throw refused(400, `You need to be ${input.submitters.join(',')} to submit this.`);
  if (body['abort'] === true) input.abort(call.user);
  else input.proceed(inputValues(input, body['parameters']), call.user);
  return empty();
}

/** The body as a JSON object; Blue Ocean takes no forms. */
function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  } catch (error) {
    if (error instanceof SyntaxError) throw refused(400, 'The request is no JSON');
    throw error;
  }
}
