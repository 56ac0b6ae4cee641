import { submittedForm } from '../api-json.ts';
import type { Area, Call } from '../area.ts';
import { onBuild } from '../builds/build-routes.ts';
import { defaultOf, kindOf, type Build, type InputParameter, type PendingInput } from '../builds/build.ts';
import { errorPage, notFound, oops } from '../error-pages.ts';
import { empty, json, redirect, type Answer } from '../http.ts';

/** Inputs that wait, by pipeline-rest-api. */
export const wfapiInputArea: Area = {
  routes: [
    {
      on: 'build',
      method: 'GET',
      path: 'wfapi/pendingInputActions',
      handle: onBuild((build, call) => json(pending(build, call))),
    },
    {
      on: 'build',
      method: 'GET',
      path: 'wfapi/nextPendingInputAction',
      handle: onBuild((build, call) => json(pending(build, call)[0] ?? null)),
    },
    { on: 'build', method: 'FORM', path: 'wfapi/inputSubmit', handle: onBuild(submitByWfapi) },
  ],
};

/** Inputs by pipeline-input-step itself. */
export const inputArea: Area = {
  routes: [
    { on: 'build', method: 'POST', path: 'input/:id/submit', handle: onBuild(submitClassic) },
    {
      on: 'build',
      method: 'POST',
      path: 'input/:id/proceed',
      handle: onBuild((build, call) => proceed(build, call, empty())),
    },
    { on: 'build', method: 'POST', path: 'input/:id/proceedEmpty', handle: onBuild(proceedEmpty) },
    { on: 'build', method: 'POST', path: 'input/:id/abort', handle: onBuild(abort) },
  ],
};

function runBase(build: Build, { world }: Call): string {
  return `${world.options.prefix}/${build.urlPath}`;
}

/** The inputs that wait, with addresses for answering them. */
function pending(build: Build, call: Call): readonly unknown[] {
  const base = runBase(build, call);
  return [...build.inputs.values()].map((input) => {
    const id = encodeURIComponent(input.id);
    return {
      id: input.id,
      proceedText: input.ok,
      message: input.message,
      inputs: input.parameters.map(describeParameter),
      proceedUrl: `${base}wfapi/inputSubmit?inputId=${id}`,
      abortUrl: `${base}input/${id}/abort`,
      redirectApprovalUrl: `${base}input/`,
    };
  });
}

/** A parameter in the words of wfapi, which are not those of core: no class, and the default inside `definition`. */
function describeParameter(parameter: InputParameter): unknown {
  const { name, description, choices } = parameter;
  return {
    type: `${kindOf(parameter)}ParameterDefinition`,
    name,
    ...(description !== undefined && { description }),
    definition: { defaultVal: defaultOf(parameter), ...(choices && { choices }) },
  };
}

/** Every failure is an exception inside Jenkins here: an unknown input, and a user who may not answer. */
function submitByWfapi(build: Build, call: Call): Answer {
  const input = build.inputs.get(call.request.parameter('inputId') ?? '');
  if (!input || !maySettle(input, call)) throw oops();
  input.proceed(valuesOf(input, call), call.user);
  return empty();
}

/** The form of the web interface: its buttons are fields, and what is not `proceed` aborts. */
function submitClassic(build: Build, call: Call): Answer {
  const answer = redirect(`${runBase(build, call)}console`);
  if (call.request.parameter('proceed') !== null) return proceed(build, call, answer);
  inputOf(build, call).abort(call.user);
  return answer;
}

function proceed(build: Build, call: Call, answer: Answer): Answer {
  const input = inputOf(build, call);
  needSettle(input, call);
  input.proceed(valuesOf(input, call), call.user);
  return answer;
}

/** Goes on without values, even when the input has parameters. */
function proceedEmpty(build: Build, call: Call): Answer {
  const input = inputOf(build, call);
  needSettle(input, call);
  input.proceed({}, call.user);
  return empty();
}

/** Who may cancel the build may abort its inputs. */
function abort(build: Build, call: Call): Answer {
  const input = inputOf(build, call);
  if (!call.user.may('hudson.model.Item.Cancel')) needSettle(input, call);
  input.abort(call.user);
  return empty();
}

/** An input that was answered is not there any more: 404. */
function inputOf(build: Build, { params }: Call): PendingInput {
  const input = build.inputs.get(params['id'] ?? '');
  if (!input) throw notFound();
  return input;
}

/** The submitters, and administrators; without submitters everybody who may build. */
export function maySettle({ submitters }: PendingInput, { user }: Call): boolean {
  if (user.may('hudson.model.Hudson.Administer')) return true;
  return submitters.length > 0 ? submitters.includes(user.name) : user.may('hudson.model.Item.Build');
}

/** The classic routes tell in words what wfapi hides behind a 500. */
function needSettle(input: PendingInput, call: Call): void {
  if (maySettle(input, call)) return;
  const needed =
    input.submitters.length > 0 ? `be ${input.submitters.join(',')}` : 'have Job/Build permissions';
  throw errorPage(400, `You need to ${needed} to submit this.`);
}

function valuesOf(input: PendingInput, call: Call): Readonly<Record<string, string | boolean>> {
  return inputValues(input, submittedForm(call.request)['parameter']);
}

/** The values that were given; what the input does not ask for, and a choice that is none, is an exception. */
export function inputValues(input: PendingInput, given: unknown): Readonly<Record<string, string | boolean>> {
  const list = (Array.isArray(given) ? given : given === undefined ? [] : [given]) as readonly unknown[];
  const values: Record<string, string | boolean> = {};
  for (const one of list) {
    if (typeof one !== 'object' || one === null || !('name' in one) || !('value' in one)) throw oops();
    const parameter = input.parameters.find(({ name }) => name === one.name);
    if (!parameter) throw oops();
    const value =
      parameter.type === 'boolean' ? one.value === true || one.value === 'true' : String(one.value);
    if (parameter.choices && !parameter.choices.includes(String(value))) throw oops();
    values[parameter.name] = value;
  }
  return values;
}
