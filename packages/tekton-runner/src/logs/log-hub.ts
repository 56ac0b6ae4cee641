import { EventEmitter, once } from 'node:events';

/** Tells readers in this process that a log file grew or was closed, so that following needs no polling. */
export class LogHub {
  readonly #open = new Map<string, EventEmitter>();

  /** Announces that a file is going to be written. */
  opened(path: string): void {
    if (this.#open.has(path)) return;
    // Any number of people may follow one log.
    this.#open.set(path, new EventEmitter().setMaxListeners(0));
  }

  /** More bytes are in the file. */
  grew(path: string): void {
    this.#open.get(path)?.emit('change');
  }

  /** Nothing more will be written. */
  closed(path: string): void {
    const emitter = this.#open.get(path);
    this.#open.delete(path);
    emitter?.emit('change');
  }

  /** Whether the file may still grow. */
  isOpen(path: string): boolean {
    return this.#open.has(path);
  }

  /** Resolves at the next change of an open file, or at once for others; rejects when the signal aborts. */
  async change(path: string, signal: AbortSignal): Promise<void> {
    const emitter = this.#open.get(path);
    if (emitter !== undefined) await once(emitter, 'change', { signal });
  }
}
