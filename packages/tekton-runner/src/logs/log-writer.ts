import { createWriteStream, type WriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { CriEncoder, logTime } from './cri-line.ts';
import type { LogHub } from './log-hub.ts';

/** Appends the output of one container to its file, in the CRI format. */
export class LogWriter {
  readonly path: string;
  readonly #hub: LogHub;
  readonly #encoder = new CriEncoder();
  #file: WriteStream | undefined;
  #failure: Error | undefined;
  #closing: Promise<void> | undefined;

  constructor(path: string, hub: LogHub) {
    this.path = path;
    this.#hub = hub;
  }

  /** Makes the file, so that a reader finds it and can follow it. Rejects when that is impossible. */
  async open(): Promise<void> {
    this.#hub.opened(this.path);
    await writeFile(this.path, '', { flag: 'a', mode: 0o600 });
  }

  /** Why lines are missing, when the file could not be written. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /**
   * Takes output.
   * @returns false when the caller should wait for `drained` before it gives more
   */
  write(chunk: Buffer): boolean {
    return this.#append(this.#encoder.encode(chunk, logTime(now())));
  }

  /** Writes a line of the runner's own. */
  line(text: string): void {
    this.write(Buffer.from(`${text}\n`));
  }

  /** Resolves when there is room for more output. */
  async drained(): Promise<void> {
    const file = this.#file;
    if (this.#failure !== undefined || file?.writableNeedDrain !== true) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        file.off('drain', done).off('error', done);
        resolve();
      };
      file.on('drain', done).on('error', done);
    });
  }

  /** Writes what is held back and closes the file; closing again changes nothing. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    this.#append(this.#encoder.end(logTime(now())));
    if (this.#file !== undefined) {
      this.#file.end();
      await finished(this.#file).catch((error: Error) => (this.#failure ??= error));
    }
    this.#hub.closed(this.path);
  }

  #append(entries: Buffer): boolean {
    if (entries.length === 0 || this.#failure !== undefined) return true;
    this.#file ??= this.#start();
    return this.#file.write(entries, () => this.#hub.grew(this.path));
  }

  /** Files are kept open only from the first output on: a pod may have hundreds of steps that wait. */
  #start(): WriteStream {
    const file = createWriteStream(this.path, { flags: 'a', mode: 0o600 });
    // A full disk must not stop the step: its log ends, and `failure` says why.
    file.on('error', (error) => (this.#failure ??= error));
    return file;
  }
}

/** Wall-clock milliseconds with a fraction. */
function now(): number {
  return performance.timeOrigin + performance.now();
}
