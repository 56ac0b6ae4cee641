import type { Static } from 'typebox';
import { describe, expect, expectTypeOf, test, vi } from 'vitest';
import { parseBuild, parseBuildState } from '../src/builds/build.ts';
import { parseJobParameters } from '../src/builds/parameter-definition.ts';
import { readCompileStatus } from '../src/converter/finding.ts';
import { readCredential } from '../src/credentials/read-credential.ts';
import { parseItem } from '../src/items/item-state.ts';
import type { Jenkins } from '../src/jenkins.ts';
import { readNode } from '../src/nodes/node.ts';
import { parseQueueItem } from '../src/queue/queue-item.ts';
import { blueInputs, blueStages, blueSteps } from '../src/run/blue-ocean.ts';
import { graphViewInputs, graphViewStages, graphViewSteps } from '../src/run/graph-view.ts';
import { parseTestReport } from '../src/run/test-report.ts';
import { wfapiInputs, wfapiStages, wfapiSteps } from '../src/run/wfapi.ts';
import type { WhoAmI as ClientWhoAmI } from '../src/system/system.ts';
import { answering } from '../src/testing/recorded-exchange.ts';
import { recordedJson, recording } from '../src/testing/recording.ts';
import { openApiDocument, type JsonObject } from './document.ts';
import { findOperation } from './find-operation.ts';
import type { WhoAmI } from './schemas/system.ts';
import { watched } from './watched.ts';

const document = openApiDocument('0.0.0') as JsonObject & {
  readonly paths: Record<string, Record<string, { readonly responses: Record<string, Described> }>>;
  readonly components: { readonly schemas: Record<string, Described> };
};

interface Described {
  readonly $ref?: string;
  readonly content?: { readonly 'application/json'?: { readonly schema: Described } };
  readonly anyOf?: readonly Described[];
  readonly items?: Described;
  readonly properties?: Record<string, Described>;
  readonly patternProperties?: Record<string, Described>;
}

/** Whether a schema knows a property by its path. */
function knows(schema: Described | undefined, [name, ...rest]: readonly string[]): boolean {
  if (schema === undefined) return false;
  if (name === undefined) return true;
  if (schema.$ref !== undefined) {
    return knows(document.components.schemas[schema.$ref.split('/').at(-1) ?? ''], [name, ...rest]);
  }
  if (schema.anyOf) return schema.anyOf.some((one) => knows(one, [name, ...rest]));
  if (name === '[]') return knows(schema.items, rest);
  return knows(schema.properties?.[name] ?? Object.values(schema.patternProperties ?? {})[0], rest);
}

/** A recorded answer that notes what is read of it and not described. */
function watchedAnswer(name: string): {
  readonly json: unknown;
  readonly strange: Set<string>;
  reads: number;
} {
  const { request, response } = recording(name);
  const operation = findOperation(request.method, request.path.split('?')[0] ?? '');
  const described = document.paths[operation?.path ?? '']?.[request.method.toLowerCase()];
  const schema = described?.responses[response.status]?.content?.['application/json']?.schema;
  const strange = new Set<string>();
  const answer = { strange, reads: 0 };
  const json = watched(recordedJson(name), (path) => {
    answer.reads++;
    if (!knows(schema, path)) strange.add(path.join('.'));
  });
  return Object.assign(answer, { json });
}

type Parsed = readonly [name: string, parse: (json: never) => unknown];

const parsed: readonly Parsed[] = [
  ['02-items-29-pipeline-get', parseItem],
  ['04-mb-04-mb-get', parseItem],
  ['02-items-30-pipeline-get-tree', parseJobParameters],
  ['03-builds-03-queue-item-waiting', parseQueueItem],
  ['03-builds-05-queue-item-left', parseQueueItem],
  ['03-builds-16-build-done', parseBuild],
  ['03-builds-16-build-done', parseBuildState],
  ['04-mb-15-branch-main-build', parseBuild],
  ['04-mb-16-branch-main-testReport', parseTestReport],
  ['03-builds-53-input-pending-wfapi', wfapiInputs],
  ['03-builds-55-wfapi-describe-paused', wfapiStages],
  ['03-builds-64-wfapi-describe-aborted', wfapiStages],
  ['13-pgv-15-wfapi-full', wfapiSteps],
  ['13-pgv-01-pipeline-overview-tree', graphViewStages],
  ['13-pgv-03-pipeline-overview-allSteps', graphViewSteps],
  ['13-pgv-03-pipeline-overview-allSteps', graphViewInputs],
  ['08-blue-40-nodes', blueStages],
  ['08-blue-56-input-nodes', blueStages],
  ['08-blue-43-run-steps', blueSteps],
  ['08-blue-43-run-steps', blueInputs],
  ['05-cred-10-global-get', readCredential],
  ['06-sys-07-node-get', readNode],
  ['07-conv-25-checkScriptCompile', readCompileStatus],
];

type Called = readonly [name: string, call: (jenkins: Jenkins) => Promise<unknown>];

/** Calls that read an answer on their way. */
const called: readonly Called[] = [
  ['01-auth-07-whoami-admin', (jenkins) => jenkins.system.whoAmI()],
  ['01-auth-24-people-user', (jenkins) => jenkins.users.get('dev')],
  ['01-auth-18-token-generate-2', (jenkins) => jenkins.users.tokens('admin').generate('rec-b')],
  ['01-auth-19-token-rename', (jenkins) => jenkins.users.tokens('admin').rename('u', 'rec-b2')],
  ['05-cred-25-global-domains', (jenkins) => jenkins.credentials.in('system').domains.list()],
  ['06-sys-14-label-get', (jenkins) => jenkins.labels.get('arm64')],
  ['06-sys-21-view-get', (jenkins) => jenkins.views.get('my view')],
  ['06-sys-27-plugins', (jenkins) => jenkins.plugins.list()],
  ['06-sys-30-updateCenter', (jenkins) => jenkins.plugins.updateCenter()],
  ['06-sys-37-quiet-state', (jenkins) => jenkins.system.quietState()],
  ['02-items-21-folder-get', (jenkins) => jenkins.views.in(['team']).list()],
  ['04-mb-05-mb-branches-tree', (jenkins) => all(jenkins.item('team/mb').children())],
  ['03-builds-17-build-done-tree', (jenkins) => jenkins.item('team/p1').buildRef(1).artifacts()],
  ['03-builds-35-queue-list-several', (jenkins) => jenkins.queue.list()],
  ['05-cred-08-global-list', (jenkins) => all(jenkins.credentials.in('system').list())],
  ['06-sys-01-computers', (jenkins) => jenkins.nodes.list()],
  ['06-sys-02-computers-full', (jenkins) => jenkins.labels.list()],
  ['06-sys-48-casc-check-bad', (jenkins) => jenkins.casc.check('jenkins:')],
  ['07-conv-05-validateJenkinsfile-bad', (jenkins) => jenkins.converter.validateJenkinsfile('x')],
  ['07-conv-14-validateJson-bad', (jenkins) => jenkins.converter.validateJson({})],
  ['07-conv-25-checkScriptCompile', (jenkins) => jenkins.converter.checkScript(['team', 'p1'], 'x')],
  [
    '13-pgv-16-restart-list',
    (jenkins) => jenkins.item('team/mb/main').buildRef('lastBuild').restartableStages(),
  ],
  ['07-conv-07-toJson', (jenkins) => jenkins.converter.toJson('x')],
  ['07-conv-10-toJenkinsfile', (jenkins) => jenkins.converter.toJenkinsfile({})],
];

/** Reads a list to its end. */
async function all(list: AsyncIterable<unknown>): Promise<void> {
  for await (const one of list) expect(one).toBeDefined();
}

describe('what the client reads of an answer is described', () => {
  test.each(parsed)('%s', (name, parse) => {
    const answer = watchedAnswer(name);
    parse(answer.json as never);
    expect([...answer.strange]).toEqual([]);
    expect(answer.reads).toBeGreaterThan(0);
  });

  test.each(called)('%s', async (name, call) => {
    const answer = watchedAnswer(name);
    const { jenkins } = answering(name);
    const { body } = recording(name).response;
    const parse = JSON.parse;
    using _ = vi
      .spyOn(JSON, 'parse')
      .mockImplementation((text, reviver) => (text === body ? answer.json : parse(text, reviver)) as unknown);
    await call(jenkins);
    expect([...answer.strange]).toEqual([]);
    expect(answer.reads).toBeGreaterThan(0);
  });

  test('its own name for who asks is that of the description', () => {
    expectTypeOf<Required<Static<typeof WhoAmI>>>().toExtend<ClientWhoAmI>();
  });
});
