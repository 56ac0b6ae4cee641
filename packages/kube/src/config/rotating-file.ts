import { readFile } from 'node:fs/promises';
import type { Clock } from '../time/clock.ts';
import { ConfigError } from './cluster-config.ts';

/** A file whose content others replace, such as a projected token. Read again at most once a minute, as client-go does. */
export class RotatingFile {
  readonly #path: string;
  readonly #clock: Clock;
  #content: string | undefined;
  #readAt = -Infinity;

  constructor(path: string, clock: Clock) {
    this.#path = path;
    this.#clock = clock;
  }

  /**
   * The content, without the white space around it. While the file cannot be read, the last content serves;
   * rejects with `CredentialUnreadable` when there is none.
   */
  async read(): Promise<string> {
    const now = this.#clock.now();
    if (this.#content !== undefined && now - this.#readAt < 60_000) return this.#content;
    try {
      const content = (await readFile(this.#path, 'utf8')).trim();
      if (content === '') throw new Error('the file is empty');
      this.#content = content;
      this.#readAt = now;
    } catch (error) {
      if (this.#content === undefined) {
        throw new ConfigError('CredentialUnreadable', `cannot read the credential file ${this.#path}`, {
          cause: error,
        });
      }
    }
    return this.#content;
  }

  /** The next read looks at the file. */
  expire(): void {
    this.#readAt = -Infinity;
  }
}
