import { type FileHandle, open } from 'node:fs/promises';
import { logTime, parseEntry } from './cri-line.ts';
import type { LogHub } from './log-hub.ts';

/** What part of a log is wanted: the parameters of a pod's `log` subresource. */
export interface LogOptions {
  follow?: boolean;
  /** Only the last so many lines. */
  tailLines?: number;
  /** Only entries of this time (milliseconds since the epoch) and later. */
  sinceMs?: number;
  /** Each line begins with its time. */
  timestamps?: boolean;
  /** Ends after so many bytes. */
  limitBytes?: number;
}

const blockBytes = 64 * 1024;
const newline = 0x0a;

/**
 * Reads a container's log as `kubectl logs` shows it. Memory use does not depend on the size of the log.
 * @param signal ends a reader that follows
 */
export async function* readLog(
  path: string,
  hub: LogHub,
  options: LogOptions,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const file = await open(path, 'r');
  try {
    yield* limited(visible(file, path, hub, options, signal), options.limitBytes);
  } finally {
    await file.close();
  }
}

async function* visible(
  file: FileHandle,
  path: string,
  hub: LogHub,
  options: LogOptions,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const { size } = await file.stat();
  let position = options.tailLines === undefined ? 0 : await tailStart(file, size, options.tailLines);
  const formatter = new Formatter(options);
  const block = Buffer.allocUnsafe(blockBytes);
  const follows = options.follow === true;
  for (;;) {
    signal.throwIfAborted();
    const grows = follows && hub.isOpen(path);
    // Listening begins before the read, so that a change between read and wait is not missed.
    const waiting = new AbortController();
    const change = grows ? hub.change(path, AbortSignal.any([signal, waiting.signal])) : undefined;
    const wake = change?.catch(() => undefined);
    const { bytesRead } = await file.read(block, 0, blockBytes, position);
    if (bytesRead > 0) {
      waiting.abort();
      position += bytesRead;
      const text = formatter.take(block.subarray(0, bytesRead));
      if (text.length > 0) yield text;
    } else if (grows) {
      await wake;
    } else {
      return;
    }
  }
}

/** Turns blocks of a file into shown text; holds back at most one unfinished entry. */
class Formatter {
  readonly #since: string;
  readonly #timestamps: boolean;
  #rest = Buffer.alloc(0);
  #inLine = false;

  constructor({ sinceMs, timestamps = false }: LogOptions) {
    this.#since = sinceMs === undefined ? '' : logTime(sinceMs);
    this.#timestamps = timestamps;
  }

  take(block: Buffer): Buffer {
    const bytes = this.#rest.length === 0 ? block : Buffer.concat([this.#rest, block]);
    const out: Buffer[] = [];
    let from = 0;
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, from)) {
      this.#show(bytes.subarray(from, end), out);
      from = end + 1;
    }
    this.#rest = Buffer.from(bytes.subarray(from));
    return Buffer.concat(out);
  }

  #show(line: Buffer, out: Buffer[]): void {
    const entry = parseEntry(line);
    if (entry === undefined || entry.time < this.#since) return;
    if (this.#timestamps && !this.#inLine) out.push(Buffer.from(`${entry.time} `));
    out.push(entry.text);
    if (entry.ends) out.push(Buffer.of(newline));
    this.#inLine = !entry.ends;
  }
}

/** Where the last `count` lines begin; parts of a line belong to it. Reads backwards, block by block. */
async function tailStart(file: FileHandle, size: number, count: number): Promise<number> {
  if (count <= 0) return size;
  const block = Buffer.allocUnsafe(blockBytes);
  let lines = 0;
  let entryEnd = size;
  let carried = Buffer.alloc(0);
  for (let end = size; end > 0;) {
    const start = Math.max(0, end - blockBytes);
    const { bytesRead } = await file.read(block, 0, end - start, start);
    const bytes = Buffer.concat([block.subarray(0, bytesRead), carried]);
    let last = bytes.length;
    for (
      let at = bytes.lastIndexOf(newline, last - 1);
      at >= 0;
      at = at === 0 ? -1 : bytes.lastIndexOf(newline, at - 1)
    ) {
      const entry = parseEntry(bytes.subarray(at + 1, last));
      if (entry !== undefined) {
        // The last line counts although it has no end.
        if (entry.ends || entryEnd === size) lines++;
        if (entry.ends && lines > count) return entryEnd;
        entryEnd = start + at + 1;
      }
      last = at;
    }
    carried = Buffer.from(bytes.subarray(0, last));
    end = start;
  }
  const first = parseEntry(carried);
  return first?.ends === true && lines + 1 > count ? entryEnd : 0;
}

async function* limited(blocks: AsyncGenerator<Buffer>, limit: number | undefined): AsyncGenerator<Buffer> {
  let left = limit ?? Number.POSITIVE_INFINITY;
  for await (const block of blocks) {
    yield block.length <= left ? block : block.subarray(0, left);
    left -= block.length;
    if (left <= 0) return;
  }
}
