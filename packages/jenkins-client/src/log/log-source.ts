/**
 * The routes of a log, and what is known of them. The other files here follow from it: line-ends.ts, exact-text.ts.
 *
 * The file holds what was printed, with console notes between. `progressiveText?start=` (LargeText of Stapler) reads it
 * from a byte on: to its end when the build is done, else up to the last of at most 10,000 line ends, each CR and each
 * LF being one. It writes each LF that is not behind a CR as CR LF (LineEndNormalizingWriter), and what is no UTF-8 as
 * U+FFFD (WriterOutputStream); so a body does not tell how many bytes it stands for. `X-Text-Size` told the end of what
 * was answered up to Jenkins 2.508; since then it is the length of the file before it is read. The text may go beyond
 * it, or, since August 2025, be cut there in the midst of a line (jenkinsci/stapler#657, #703). `progressiveHtml` tells
 * the end of what it answers, in all versions, but its text is marked up (AnnotatedLargeText). `consoleText` is the file
 * without its notes, always from the start (WorkflowRun, PlainTextConsoleOutputStream): exact for a finished log, with
 * holes for a running one, and without a last line that has no LF where nobody closes the stream, as for steps.
 *
 * So: the offset to go on from is counted from the bytes received. When CR LF and LF cannot be told apart by counting,
 * the end that `progressiveHtml` tells decides if all are of one kind; if they are mixed, `consoleText` does.
 */
import type { CallOptions, Connection, JenkinsRequest, JenkinsResponse } from '../connection.ts';
import { BodyReader } from './body-reader.ts';
import { ConflictError, UnexpectedBodyError } from '../errors.ts';

/** The routes of one log. */
export interface LogRoutes {
  /** The path of its `logText`, encoded, without slashes at its ends. */
  readonly logText: string;
  /** Where the whole text is answered byte for byte; absent when this server has no such route for it. */
  readonly plain?: Pick<JenkinsRequest, 'path' | 'query'>;
}

/** An answer on a log. */
export interface LogAnswer {
  /** `X-Text-Size`: the length of the whole file; before Jenkins 2.509 the end of this answer. */
  readonly size: number;
  /** `X-More-Data`: the build is still writing. */
  readonly more: boolean;
  readonly body: BodyReader;
}

/** What can be asked of a log. Each body must be closed. */
export class LogSource {
  readonly #connection: Connection;
  readonly #routes: LogRoutes;

  constructor(connection: Connection, routes: LogRoutes) {
    this.#connection = connection;
    this.#routes = routes;
  }

  /** Whether `plain` can be asked. */
  get hasPlain(): boolean {
    return this.#routes.plain !== undefined;
  }

  /**
   * `progressiveText` from an offset: every LF as CR LF, notes included; whole lines while the build runs. Throws
   * ConflictError when the log is shorter than `start`: Jenkins would answer from the beginning.
   */
  text(start: number, call: CallOptions): Promise<LogAnswer> {
    return this.#ask('progressiveText', start, call);
  }

  /** The length of the file in bytes; before Jenkins 2.509 the end of the whole lines behind `start`. */
  async size(start: number, call: CallOptions): Promise<number> {
    const path = `${this.#routes.logText}/progressiveText`;
    const answer = await this.#connection.request({ ...call, method: 'HEAD', path, query: { start } });
    await answer.discard();
    return textSize(answer, path);
  }

  /**
   * How many whole lines there are from an offset, and where they end: the size header of `progressiveHtml` is right
   * where that of `progressiveText` is not.
   */
  async lines(start: number, call: CallOptions): Promise<{ end: number; lines: number }> {
    const { size, body } = await this.#ask('progressiveHtml', start, call);
    let lines = 0;
    for (let bytes = await body.next(); bytes; bytes = await body.next()) {
      for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) lines++;
    }
    return { end: size, lines };
  }

  /** The whole text without notes, as it was printed. */
  async plain(call: CallOptions): Promise<BodyReader> {
    if (!this.#routes.plain) throw new UnexpectedBodyError('This log cannot be read as plain text.');
    return new BodyReader(await this.#connection.request({ ...call, ...this.#routes.plain }));
  }

  async #ask(route: string, start: number, call: CallOptions): Promise<LogAnswer> {
    const path = `${this.#routes.logText}/${route}`;
    const answer = await this.#connection.request({ ...call, path, query: { start } });
    try {
      const size = textSize(answer, path);
      if (size < start) {
        throw new ConflictError(
          `The log has ${size} bytes, fewer than the ${start} that were read: it was written anew. Read it from the start.`,
          { path },
        );
      }
      return { size, more: answer.headers.get('x-more-data') === 'true', body: new BodyReader(answer) };
    } catch (error) {
      await answer.discard();
      throw error;
    }
  }
}

function textSize(answer: JenkinsResponse, path: string): number {
  const header = answer.headers.get('x-text-size') ?? '';
  if (/^\d{1,15}$/u.test(header)) return Number(header);
  throw new UnexpectedBodyError(
    `${path} answered without the size of the log (X-Text-Size). A proxy may have removed it, or answered itself.`,
    { path },
  );
}
