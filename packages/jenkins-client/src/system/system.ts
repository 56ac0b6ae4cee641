import type { CallOptions, Connection } from '../connection.ts';

/** Who Jenkins takes the caller for. */
export interface WhoAmI {
  readonly name: string;
  readonly anonymous: boolean;
  readonly authenticated: boolean;
  readonly authorities: readonly string[];
}

/** The server as a whole. */
export class System {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Who Jenkins takes the caller for; works without any permission. */
  async whoAmI(options: CallOptions = {}): Promise<WhoAmI> {
    const answer = await this.#connection.request({ ...options, path: 'whoAmI/api/json' });
    return answer.json<WhoAmI>();
  }
}
