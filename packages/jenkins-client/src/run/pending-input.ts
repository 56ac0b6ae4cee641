import { segment } from '../address/segment.ts';
import { buildName, buildRoute, type BuildAddress } from '../builds/build-address.ts';
import { checkParameters } from '../builds/parameter-check.ts';
import type { ParameterDefinition } from '../builds/parameter-definition.ts';
import {
  givenValues,
  isFile,
  type ParameterValue,
  type ParameterValues,
} from '../builds/parameter-values.ts';
import type { CallOptions, Connection, JenkinsRequest } from '../connection.ts';
import { ConflictError, ForbiddenError, InvalidError, NotFoundOrHiddenError } from '../errors.ts';

/** What is known of an input. */
export interface InputDescription {
  readonly id: string;
  readonly message: string;
  /** The label of the button that goes on. */
  readonly ok: string;
  /** Who may answer, names separated by commas. Only Blue Ocean tells. */
  readonly submitter?: string;
  /** Undefined when the input has some and the server does not tell which: pipeline-graph-view alone. */
  readonly parameters: readonly ParameterDefinition[] | undefined;
}

/** What stands for the default of a password, which is never sent to a client (hudson.model.PasswordParameterDefinition). */
const passwordDefault = '<DEFAULT>';

/**
 * An input that a build waits for. It is answered by the routes of pipeline-input-step itself, which every pipeline
 * has: they say why they refuse, where pipeline-rest-api answers a fault to all.
 */
export class PendingInput implements InputDescription {
  readonly build: BuildAddress;
  readonly id: string;
  readonly message: string;
  readonly ok: string;
  readonly submitter?: string;
  readonly parameters: readonly ParameterDefinition[] | undefined;
  readonly #connection: Connection;

  constructor(connection: Connection, build: BuildAddress, description: InputDescription) {
    this.#connection = connection;
    this.build = build;
    this.id = description.id;
    this.message = description.message;
    this.ok = description.ok;
    if (description.submitter !== undefined) this.submitter = description.submitter;
    this.parameters = description.parameters;
  }

  /**
   * Lets the build go on. Parameters that are left out have their defaults, which are sent, too: Jenkins itself would
   * give the build no value at all. Throws InvalidError for values that do not fit, ForbiddenError for a user who may
   * not answer, ConflictError when it waits no more.
   */
  async approve(wanted: ParameterValues = {}, options: CallOptions = {}): Promise<void> {
    const parameters = this.parameters;
    const values = givenValues(wanted);
    if (parameters) checkParameters(this.#name, parameters, values);
    const given = parameters ? parameters.map((one) => [one, values[one.name]] as const) : undefined;
    const entries = given
      ? given.flatMap(([definition, value]) => entryOf(definition, value, this.#name))
      : Object.entries(values).map(([name, value]) => ({ name, value }));
    await this.#answer({ ...options, ...formOf(entries), path: this.#route('submit') });
  }

  /** Ends the build as aborted. Throws as `approve` does. */
  async abort(options: CallOptions = {}): Promise<void> {
    await this.#answer({ ...options, path: this.#route('abort') });
  }

  get #name(): string {
    return `the input ${this.id} of ${buildName(this.build)}`;
  }

  #route(action: string): string {
    return buildRoute(this.build, `input/${segment(this.id, 'id of an input')}/${action}`);
  }

  async #answer(request: JenkinsRequest): Promise<void> {
    try {
      const answer = await this.#connection.request({ ...request, method: 'POST', accept: [302] });
      await answer.discard();
    } catch (error) {
      throw this.#refusal(error);
    }
  }

  /** The input's refusals come with the status 400 or 404 and a sentence. */
  #refusal(error: unknown): unknown {
    const gone = error instanceof NotFoundOrHiddenError;
    if (gone || (error instanceof InvalidError && /already given/u.test(error.message))) {
      return new ConflictError(
        `${this.#name} waits no more: somebody answered it, or the build ended. List the inputs again.`,
        { ...originOf(error), cause: error },
      );
    }
    if (error instanceof InvalidError && /You need to /u.test(error.message)) {
      const [said = ''] = error.findings;
      return new ForbiddenError(`The user may not answer ${this.#name}: ${said}`, {}, originOf(error));
    }
    return error;
  }
}

function originOf({ method, path, status }: InvalidError | NotFoundOrHiddenError): {
  method: string | undefined;
  path: string | undefined;
  status: number | undefined;
} {
  return { method, path, status };
}

interface Entry {
  readonly name: string;
  readonly value: ParameterValue;
  /** The field that the kind of parameter is bound from, where that is not `value`. */
  readonly field?: string;
}

/** One parameter as it is sent; none when there is neither a value nor a default. */
function entryOf(
  { name, kind, defaultValue, choices }: ParameterDefinition,
  value: ParameterValue | undefined,
  input: string,
): readonly Entry[] {
  if (kind === 'file' && value === undefined) return [];
  const sent = value ?? (kind === 'password' ? passwordDefault : (defaultValue ?? choices?.[0]));
  if (sent !== undefined) {
    if (kind === 'boolean')
      return [{ name, value: sent === true || (typeof sent === 'string' && /^true$/iu.test(sent)) }];
    return [{ name, value: sent, ...(kind === 'run' ? { field: 'runId' } : {}) }];
  }
  if (kind === 'string' || kind === 'text') return [{ name, value: '' }];
  throw new InvalidError(`Give a value for "${name}" of ${input}: it has no default that Jenkins tells.`);
}

/**
 * The structured form. Files go beside it as parts that it names (hudson.model.FileParameterValue; read in the source,
 * not tried).
 */
function formOf(entries: readonly Entry[]): Pick<JenkinsRequest, 'form' | 'multipart'> {
  const files = new Map<string, { readonly file: Blob; readonly name: string }>();
  const parameter = entries.map(({ name, value, field = 'value' }) => {
    if (!isFile(value)) return { name, [field]: typeof value === 'boolean' ? value : String(value) };
    const part = `file${files.size}`;
    files.set(part, value);
    return { name, file: part };
  });
  const json = JSON.stringify({ parameter });
  // Without `proceed` the same route aborts.
  if (files.size === 0) return { form: { proceed: 'Proceed', json } };
  const multipart = new FormData();
  multipart.append('proceed', 'Proceed');
  multipart.append('json', json);
  for (const [part, { file, name }] of files) multipart.append(part, file, name);
  return { multipart };
}
