import type { CallOptions, Connection } from '../connection.ts';
import { InvalidError } from '../errors.ts';

/** Groovy on the server, for administrators. It can do anything there, so it is off unless `allowScript` is set. */
export class Script {
  readonly #connection: Connection;
  readonly #allowed: boolean;

  constructor(connection: Connection, allowed: boolean) {
    this.#connection = connection;
    this.#allowed = allowed;
  }

  /** Runs a script and gives what it printed. An exception of the script is printed, too, not thrown. */
  async run(groovy: string, options: CallOptions = {}): Promise<string> {
    if (!this.#allowed) {
      throw new InvalidError('Scripts are off: set allowScript in connect() to run Groovy on the server.');
    }
    const answer = await this.#connection.request({
      ...options,
      method: 'POST',
      path: 'scriptText',
      form: { script: groovy },
    });
    return answer.text();
  }
}
