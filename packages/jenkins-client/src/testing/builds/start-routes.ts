import { nothingSubmitted, submittedForm } from '../api-json.ts';
import type { Area, Call } from '../area.ts';
import { errorPage, oops } from '../error-pages.ts';
import { redirect, type Answer, type FakeRequest } from '../http.ts';
import { ownUrl } from '../items/item-routes.ts';
import {
  defaultOf,
  ParameterError,
  readParameters,
  valueOf,
  type ParameterDefinition,
  type ParameterValue,
} from '../items/parameters.ts';
import { startScan } from '../items/scan-routes.ts';
import type { Submission } from '../queue/queue.ts';
import type { Cause } from './build.ts';

/** Starting builds and scans. */
export const startArea: Area = {
  routes: [
    { on: 'item', method: 'FORM', path: 'build', handle: startPlain },
    { on: 'item', method: 'FORM', path: 'buildWithParameters', handle: startWithParameters },
  ],
};

/** `build`: scans a multibranch pipeline; starts a job without parameters, or with those in the form. */
function startPlain(call: Call): Answer | undefined {
  const { item, request, user, world } = call;
  if (item.kind === 'multibranch') {
    user.need('hudson.model.Item.Build');
    startScan(world, item, `Started by user ${user.fullName}`);
    return redirect(ownUrl(call));
  }
  if (!item.isJob) return undefined;
  needBuildable(call);
  const definitions = parametersOf(call);
  if (definitions.length === 0) return submit(call, []);
  if (request.parameter('json') === null) throw nothingSubmitted(request);
  const given = submittedForm(request)['parameter'];
  const list = (Array.isArray(given) ? given : [given]) as readonly unknown[];
  submit(
    call,
    taken(() => list.flatMap((one) => formValue(definitions, one))),
  );
  return { status: 201, headers: { location: call.rootUrl + item.urlPath } };
}

/** A parameter of the form; one that the job does not know is dropped. What is missing has no default here. */
function formValue(definitions: readonly ParameterDefinition[], given: unknown): readonly ParameterValue[] {
  if (typeof given !== 'object' || given === null || !('name' in given)) return [];
  const definition = definitions.find(({ name }) => name === given.name);
  if (!definition) return [];
  return [valueOf(definition, 'value' in given ? given.value : '')];
}

/** `buildWithParameters`: what is not given has its default; what the job does not know is dropped. */
function startWithParameters(call: Call): Answer | undefined {
  const { item, request } = call;
  if (!item.isJob) return undefined;
  needBuildable(call);
  const definitions = parametersOf(call);
  if (definitions.length === 0)
    throw errorPage(500, `${item.fullDisplayName} is not parameterized but parameters were given`);
  return submit(
    call,
    taken(() => definitions.map((definition) => requestValue(request, definition))),
  );
}

/** A parameter of the request, or its default. A file is known by its name alone. */
function requestValue(request: FakeRequest, definition: ParameterDefinition): ParameterValue {
  const file = request.files.get(definition.name);
  if (file) return { name: definition.name, type: definition.type, value: file.name };
  const given = request.parameter(definition.name);
  return given === null ? defaultOf(definition) : valueOf(definition, given);
}

function parametersOf({ item }: Call): readonly ParameterDefinition[] {
  return readParameters(item.config.property('hudson.model.ParametersDefinitionProperty'));
}

/** A wrong value is an exception inside Jenkins. */
function taken(values: () => readonly ParameterValue[]): readonly ParameterValue[] {
  try {
    return values();
  } catch (error) {
    if (error instanceof ParameterError) throw oops();
    throw error;
  }
}

/** A right token in the request stands for the permission to build. */
function needBuildable({ item, request, user }: Call): void {
  const token = request.parameter('token');
  if (token === null || token !== item.config.authToken) user.need('hudson.model.Item.Build');
  if (!item.buildable) throw errorPage(409, `${item.fullDisplayName} is not buildable`);
}

/** 201 with the queue item, or 303 with the item that the same work waits in already. */
function submit(call: Call, parameters: Submission['parameters']): Answer {
  const { item: task, request, world } = call;
  const quietMs = delayMs(request.parameter('delay')) ?? world.options.quietPeriodMs;
  const { item, coalesced } = world.queue.submit({ task, parameters, causes: [causeOf(call)], quietMs });
  return {
    status: coalesced ? 303 : 201,
    headers: { location: `${requestRoot(call)}queue/item/${item.id}/` },
  };
}

/** A start with the job's token is a remote one, whoever asks. */
function causeOf({ item, request, user }: Call): Cause {
  const token = request.parameter('token');
  if (token === null || token !== item.config.authToken) return { kind: 'user', user };
  return { kind: 'remote', host: '127.0.0.1', note: request.parameter('cause') ?? undefined };
}

/** Queue items are located at the address that the request used, whatever root URL is configured. */
function requestRoot({ request, world }: Call): string {
  return `http://${request.headers.host ?? 'localhost'}${world.options.prefix}/`;
}

/** `2sec`, `500ms`, `1min` or plain seconds. */
function delayMs(text: string | null): number | undefined {
  const [, count, unit = ''] = /^(\d+)\s*(ms|sec|secs|min|mins)?$/.exec(text ?? '') ?? [];
  if (count === undefined) return undefined;
  return Number(count) * (unit === 'ms' ? 1 : unit.startsWith('min') ? 60_000 : 1000);
}
