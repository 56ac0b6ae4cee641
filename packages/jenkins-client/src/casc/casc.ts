import type { CallOptions, Connection, JenkinsRequest, JenkinsResponse } from '../connection.ts';
import { Deadline } from '../deadline.ts';
import { InvalidError } from '../errors.ts';
import { expectedObjects } from '../expected.ts';
import { textOf, wholeOf } from '../json-shape.ts';
import { unsupportedWhenMissing } from '../unsupported.ts';

/** Something that is wrong with a configuration, or not as it should be. */
export interface CascFinding {
  /**
   * An error keeps the configuration from being applied; a warning, such as of an old name, does not (read in the source
   * of configuration-as-code, not tried).
   */
  readonly severity: 'error' | 'warning';
  /** Counted from 1, when the plugin tells. */
  readonly line: number | undefined;
  readonly message: string;
}

/**
 * Configuration as code (plugin configuration-as-code): the settings of Jenkins itself as YAML. All of it takes the
 * permission to administer (ForbiddenError); UnsupportedError without the plugin.
 */
export class Casc {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * What is wrong with a configuration together with the server's own files; it can be applied when there is no error.
   * Changes nothing.
   */
  async check(yaml: string, options: CallOptions = {}): Promise<readonly CascFinding[]> {
    const answer = await this.#post(
      'check',
      { body: yamlBody(yaml), accept: [400], repeatable: true },
      options,
    );
    return expectedObjects(await answer.json(), 'findings about a configuration').map((finding) => {
      const line = wholeOf(finding['line']);
      const message = textOf(finding['message']);
      return {
        severity: message === undefined && textOf(finding['warning']) !== undefined ? 'warning' : 'error',
        line: line !== undefined && line > 0 ? line : undefined,
        message: message ?? textOf(finding['warning']) ?? '',
      };
    });
  }

  /**
   * Applies a configuration now, together with the server's own files: by default it may not give what they give. It is
   * not kept: the next reload or restart applies just the files. It is checked first, so that errors come as an
   * InvalidError with its findings; warnings do not matter.
   */
  async apply(yaml: string, options: CallOptions = {}): Promise<void> {
    const deadline = new Deadline(this.#connection.clock, options);
    const findings = (await this.check(yaml, deadline.left())).filter((one) => one.severity === 'error');
    if (findings.length > 0) {
      const lines = findings.map(({ line, message }) =>
        line === undefined ? message : `line ${line}: ${message}`,
      );
      throw new InvalidError(
        `The configuration has ${findings.length} faults: ${lines.join('; ')}`,
        {},
        lines,
      );
    }
    const answer = await this.#post('apply', { body: yamlBody(yaml), repeatable: true }, deadline.left());
    await answer.discard();
  }

  /** Applies the server's own configuration files again. */
  async reload(options: CallOptions = {}): Promise<void> {
    const answer = await this.#post('reload', { accept: [302], repeatable: true }, options);
    await answer.discard();
  }

  /** The server's configuration as YAML. Secrets in it are encrypted with the server's key, yet keep it to yourself. */
  async export(options: CallOptions = {}): Promise<string> {
    return (await this.#post('export', { repeatable: true }, options)).text();
  }

  /** The JSON schema (draft 7) of what the installed plugins let be configured. Hundreds of kilobytes. */
  async schema(options: CallOptions = {}): Promise<unknown> {
    return (await this.#post('schema', { repeatable: true }, options)).json();
  }

  #post(route: string, request: Partial<JenkinsRequest>, options: CallOptions): Promise<JenkinsResponse> {
    const path = `configuration-as-code/${route}`;
    return unsupportedWhenMissing(
      this.#connection.request({ ...options, ...request, method: 'POST', path }),
      'configuration-as-code',
      async () => (await this.#connection.capabilities(options)).casc,
    );
  }
}

function yamlBody(text: string): { readonly type: string; readonly text: string } {
  return { type: 'application/x-yaml', text };
}
