import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '@armillary/kube';
import { isObject } from '@armillary/resource';

/** A good answer as it is kept on disk. */
export interface KeptAnswer {
  readonly key: string;
  /** Milliseconds since 1970. */
  readonly answeredAt: number;
  readonly etag?: string;
  /** The answer as JSON. */
  readonly document: string;
}

/** Options of `DiskCopy`. */
export interface DiskCopyOptions {
  /** A folder of its own: everything in it is overwritten and removed at will. */
  folder: string;
  /** Answers of another address are ignored. */
  endpoint: string;
  /** Most answers that are loaded. */
  maxEntries: number;
  logger: Logger;
}

/** An answer of 1 MiB with what is kept beside it. */
const maxFileBytes = 2 * 1024 * 1024;
const format = 1;

/**
 * The last good answers of a source, in one file each, so that a restart while the source is down does not make
 * everybody unknown. Files are written whole and renamed, so that a crash leaves the old one or the new one; one that
 * cannot be read is warned about and removed. They may hold addresses and credentials: only the owner may read them.
 */
export class DiskCopy {
  readonly #options: DiskCopyOptions;
  readonly #pending = new Map<string, KeptAnswer | undefined>();
  #working: Promise<void> | undefined;

  constructor(options: DiskCopyOptions) {
    this.#options = options;
  }

  /** The answers that were kept, oldest first. */
  async load(): Promise<KeptAnswer[]> {
    const { folder, maxEntries } = this.#options;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const files = await readdir(folder);
    const kept: KeptAnswer[] = [];
    for (const file of files) {
      const answer =
        file.endsWith('.json') && kept.length < maxEntries ? await this.#read(join(folder, file)) : undefined;
      if (answer) kept.push(answer);
      else await rm(join(folder, file), { force: true, recursive: true });
    }
    return kept.sort((one, other) => one.answeredAt - other.answeredAt);
  }

  /** Keeps an answer in place of an older one. Returns at once; the newest of several is written. */
  keep(answer: KeptAnswer): void {
    this.#enqueue(answer.key, answer);
  }

  forget(key: string): void {
    this.#enqueue(key, undefined);
  }

  /** Resolves once everything is on disk. */
  async settled(): Promise<void> {
    await this.#working;
  }

  /** Removes everything. Never rejects. */
  async remove(): Promise<void> {
    this.#pending.clear();
    await this.settled();
    const { folder, logger } = this.#options;
    try {
      await rm(folder, { force: true, recursive: true });
    } catch (error) {
      logger.warn({ folder, err: error }, 'the kept answers of a receiver source cannot be removed');
    }
  }

  #enqueue(key: string, answer: KeptAnswer | undefined): void {
    this.#pending.set(key, answer);
    this.#working ??= this.#work().finally(() => (this.#working = undefined));
  }

  async #work(): Promise<void> {
    for (const [key, answer] of this.#pending) {
      this.#pending.delete(key);
      const file = join(this.#options.folder, `${createHash('sha256').update(key).digest('hex')}.json`);
      try {
        if (answer) await this.#write(file, answer);
        else await rm(file, { force: true });
      } catch (error) {
        this.#options.logger.warn(
          { file, err: error },
          'an answer of a receiver source could not be kept on disk',
        );
      }
    }
  }

  async #write(file: string, answer: KeptAnswer): Promise<void> {
    const { endpoint, folder } = this.#options;
    const temporary = `${file}.${randomUUID()}`;
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(JSON.stringify({ format, endpoint, ...answer }));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
    // The rename itself is durable only with its folder.
    const directory = await open(folder, 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  }

  async #read(file: string): Promise<KeptAnswer | undefined> {
    try {
      if ((await stat(file)).size > maxFileBytes) throw new RangeError('it is too long');
      const { endpoint, ...kept } = keptAnswer(JSON.parse(await readFile(file, 'utf8')));
      return endpoint === this.#options.endpoint ? kept : undefined;
    } catch (error) {
      this.#options.logger.warn(
        { file, err: error },
        'a kept answer of a receiver source cannot be read and is removed',
      );
      return undefined;
    }
  }
}

function keptAnswer(value: unknown): KeptAnswer & { endpoint: string } {
  const { format: written, endpoint, key, answeredAt, etag, document } = isObject(value) ? value : {};
  if (
    written !== format ||
    typeof endpoint !== 'string' ||
    typeof key !== 'string' ||
    typeof answeredAt !== 'number' ||
    typeof document !== 'string'
  ) {
    throw new TypeError('it has another format');
  }
  return { endpoint, key, answeredAt, document, ...(typeof etag === 'string' ? { etag } : {}) };
}
