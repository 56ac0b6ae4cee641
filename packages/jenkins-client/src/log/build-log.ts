import type { CallOptions, Connection } from '../connection.ts';
import { Deadline } from '../deadline.ts';
import { throughOutages } from '../waiting.ts';
import type { LogChunk, LogOptions } from './log-chunk.ts';
import { LogFollower } from './log-follower.ts';
import { LogSource, type LogRoutes } from './log-source.ts';

/** The routes of a log, or a way to find them out. */
export type LogRoutesOf = LogRoutes | ((options: CallOptions) => Promise<LogRoutes>);

/**
 * The log of a build or of a step, as it grows. Each iteration reads it anew, asks only as fast as it is consumed, and
 * waits through restarts of the server. What it gives is, byte for byte, what `consoleText` gives in the end: partial
 * lines, CR LF, and bytes that are no UTF-8 included.
 *
 * Jenkins since 2.509 tells a wrong offset to resume at (jenkinsci/jenkins#26739), so the offset is counted from the
 * bytes received, and what the count leaves open is settled by `progressiveHtml` or `consoleText`. The streaming
 * answers that Jenkins has since 2.534 are not asked for: they could not be tried.
 *
 * Throws NotFoundOrHiddenError when the build is deleted meanwhile, ConflictError when its log became shorter.
 */
export class BuildLog implements AsyncIterable<LogChunk> {
  readonly #connection: Connection;
  readonly #routes: LogRoutesOf;
  readonly #options: LogOptions;
  #lossless = true;

  constructor(connection: Connection, routes: LogRoutesOf, options: LogOptions = {}) {
    this.#connection = connection;
    this.#routes = routes;
    this.#options = options;
  }

  /**
   * Whether all bytes so far are certainly those that were printed. `false` after mixed CR LF and LF, or bytes that are
   * no UTF-8, where the plain text to compare with lacks them: the running log of a step beyond 10,000 lines or without
   * pipeline-graph-view, or `notes: 'keep'`. Then line ends are given as LF, and up to one byte for each may be given
   * twice. It does not tell of an empty line: its CR LF, when one of the holes of exact-text.ts cuts it, counts as LF.
   */
  get lossless(): boolean {
    return this.#lossless;
  }

  [Symbol.asyncIterator](): AsyncGenerator<LogChunk, void, undefined> {
    return this.#read(this.#options);
  }

  /** The bytes as a stream. Cancelling it ends the requests. */
  toWebStream(): ReadableStream<Uint8Array> {
    const ended = new AbortController();
    const { signal } = this.#options;
    const chunks = this.#read({
      ...this.#options,
      signal: signal ? AbortSignal.any([signal, ended.signal]) : ended.signal,
    });
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          const { done, value } = await chunks.next();
          if (done) controller.close();
          else controller.enqueue(value.bytes);
        },
        cancel: (reason) => {
          ended.abort(reason);
        },
      },
      { highWaterMark: 0 },
    );
  }

  async #findRoutes(deadline: Deadline): Promise<LogRoutes> {
    const routes = this.#routes;
    if (typeof routes !== 'function') return routes;
    return throughOutages(this.#connection.clock, deadline, () => routes(deadline.left()));
  }

  async *#read(options: LogOptions): AsyncGenerator<LogChunk, void, undefined> {
    const { clock } = this.#connection;
    const deadline = new Deadline(clock, options);
    const routes = await this.#findRoutes(deadline);
    const follower = new LogFollower(new LogSource(this.#connection, routes), deadline, clock, options);
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    let end = { offset: 0 };
    for await (const { bytes, ...position } of follower.pieces()) {
      this.#lossless &&= follower.lossless;
      end = position;
      if (bytes.length > 0) yield { ...position, bytes, text: decoder.decode(bytes, { stream: true }) };
    }
    const text = decoder.decode();
    if (text !== '') yield { ...end, bytes: new Uint8Array(0), text };
  }
}
