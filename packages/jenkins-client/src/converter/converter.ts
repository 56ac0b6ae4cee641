import { itemRoute, type ItemPath } from '../address/item-path.ts';
import type { CallOptions, Connection } from '../connection.ts';
import { InvalidError, UnexpectedBodyError } from '../errors.ts';
import { expected } from '../expected.ts';
import { objectOf, textOf, type JsonObject } from '../json-shape.ts';
import { unsupportedWhenMissing } from '../unsupported.ts';
import {
  readCompileStatus,
  readConverterErrors,
  readFormValidation,
  type CronRemark,
  type PipelineFinding,
} from './finding.ts';

/**
 * Declarative Jenkinsfiles as JSON and back, and checks of what people write (plugin pipeline-model-definition; without
 * it UnsupportedError). The JSON is that of Blue Ocean's editor. Comments and layout do not survive the way there and
 * back. Any user who is known to Jenkins may use it; scripted pipelines are not understood.
 */
export class Converter {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** A Jenkinsfile as JSON; InvalidError with the findings when it is not right. */
  async toJson(jenkinsfile: string, options: CallOptions = {}): Promise<unknown> {
    return expected((await this.#convert('toJson', { jenkinsfile }, options))['json'], 'a pipeline');
  }

  /** JSON as a Jenkinsfile; InvalidError with the findings when it is not right. */
  async toJenkinsfile(json: unknown, options: CallOptions = {}): Promise<string> {
    const { jenkinsfile } = await this.#convert('toJenkinsfile', { json: JSON.stringify(json) }, options);
    return expected(textOf(jenkinsfile), 'a Jenkinsfile');
  }

  /** Steps, as they stand between the braces of `steps`, as a list of JSON. */
  async stepsToJson(steps: string, options: CallOptions = {}): Promise<unknown> {
    return expected((await this.#convert('stepsToJson', { jenkinsfile: steps }, options))['json'], 'steps');
  }

  /** A list of steps in JSON as the text between the braces of `steps`. */
  async stepsToJenkinsfile(json: unknown, options: CallOptions = {}): Promise<string> {
    const { jenkinsfile } = await this.#convert(
      'stepsToJenkinsfile',
      { json: JSON.stringify(json) },
      options,
    );
    return expected(textOf(jenkinsfile), 'steps');
  }

  /** What is wrong with a Jenkinsfile; nothing when it is right. */
  async validateJenkinsfile(
    jenkinsfile: string,
    options: CallOptions = {},
  ): Promise<readonly PipelineFinding[]> {
    return (await this.#ask('validateJenkinsfile', { jenkinsfile }, options)).findings;
  }

  /** What is wrong with a pipeline in JSON; nothing when it is right. */
  async validateJson(json: unknown, options: CallOptions = {}): Promise<readonly PipelineFinding[]> {
    return (await this.#ask('validateJson', { json: JSON.stringify(json) }, options)).findings;
  }

  /**
   * Whether a script, declarative or scripted, compiles: nothing when it does. It is checked in the place of an item
   * (plugin workflow-cps). By its sources a user who may not configure that item is always told that all is well.
   */
  async checkScript(
    item: ItemPath,
    script: string,
    options: CallOptions = {},
  ): Promise<readonly PipelineFinding[]> {
    const descriptor = 'descriptorByName/org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition';
    const answer = await this.#connection.request({
      ...options,
      method: 'POST',
      path: itemRoute(item, `${descriptor}/checkScriptCompile`),
      form: { value: script },
      repeatable: true,
    });
    return expected(readCompileStatus(await answer.json()), 'the check of a script');
  }

  /** What Jenkins says about a schedule such as `H 2 * * 1-5`: one line of cron each. */
  async checkCron(schedule: string, options: CallOptions = {}): Promise<readonly CronRemark[]> {
    const answer = await this.#connection.request({
      ...options,
      path: 'descriptorByName/hudson.triggers.TimerTrigger/checkSpec',
      query: { value: schedule },
    });
    return readFormValidation(await answer.text());
  }

  async #convert(
    route: string,
    form: Readonly<Record<string, string>>,
    options: CallOptions,
  ): Promise<JsonObject> {
    const { data, findings } = await this.#ask(route, form, options);
    if (findings.length === 0) return data;
    const lines = findings.map(({ message, line, column, location }) => {
      const place = line === undefined ? location?.join('.') : `line ${line}, column ${column}`;
      return place === undefined ? message : `${place}: ${message}`;
    });
    throw new InvalidError(`The pipeline is not right: ${lines.join('; ')}`, {}, lines);
  }

  /** The status is 200 whatever the verdict, which stands in the body. */
  async #ask(
    route: string,
    form: Readonly<Record<string, string>>,
    options: CallOptions,
  ): Promise<{ readonly data: JsonObject; readonly findings: readonly PipelineFinding[] }> {
    const path = `pipeline-model-converter/${route}`;
    const answer = await unsupportedWhenMissing(
      this.#connection.request({ ...options, method: 'POST', path, form, repeatable: true }),
      'pipeline-model-definition',
      async () => (await this.#connection.capabilities(options)).converter,
    );
    const data = expected(objectOf(objectOf(await answer.json())?.['data']), 'a conversion');
    if (data['result'] === 'success') return { data, findings: [] };
    const findings = readConverterErrors(data['errors']);
    if (findings.length > 0) return { data, findings };
    throw new UnexpectedBodyError('Jenkins refused the pipeline without telling why.', {
      method: 'POST',
      path,
    });
  }
}
