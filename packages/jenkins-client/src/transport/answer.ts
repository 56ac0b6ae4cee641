import type { JenkinsResponse } from '../connection.ts';
import { TooLargeError, UnexpectedBodyError, type ErrorOrigin } from '../errors.ts';
import type { Call } from './call.ts';
import { fetchError } from './fetch-error.ts';

/** An answer whose body is still to be read; reading it ends the call. */
export class Answer implements JenkinsResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly location: string | undefined;
  readonly #response: Response;
  readonly #call: Call;
  readonly #origin: ErrorOrigin;
  readonly #maxBytes: number;
  readonly #deadlineCoversStream: boolean;
  #stream: ReadableStream<Uint8Array> | undefined;

  constructor(
    response: Response,
    status: number,
    location: string | undefined,
    call: Call,
    origin: ErrorOrigin,
    limits: { maxBytes: number; deadlineCoversStream: boolean },
  ) {
    this.#response = response;
    this.status = status;
    this.headers = response.headers;
    this.location = location;
    this.#call = call;
    this.#origin = origin;
    this.#maxBytes = limits.maxBytes;
    this.#deadlineCoversStream = limits.deadlineCoversStream;
    // Redirects and many answers to POST have no body; nobody need read it then.
    if (response.body === null || response.headers.get('content-length') === '0') call.end();
  }

  /**
   * The body as a stream. A `timeoutMs` of the request covers it to its end; the default one does not, as logs and
   * downloads may take long.
   */
  get body(): ReadableStream<Uint8Array> | null {
    if (this.#response.body === null) return null;
    this.#stream ??= this.#streamOf(this.#response.body);
    return this.#stream;
  }

  #streamOf(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
    if (!this.#deadlineCoversStream) this.#call.stopClock();
    const reader = body.getReader();
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          try {
            const { done, value } = await reader.read();
            if (value) controller.enqueue(value);
            if (!done) return;
            this.#call.end();
            controller.close();
          } catch (cause) {
            throw this.#broken(cause);
          }
        },
        cancel: async (reason) => {
          this.#call.end();
          await reader.cancel(reason);
        },
      },
      { highWaterMark: 0 },
    );
  }

  async text(): Promise<string> {
    if (this.#response.body === null) return '';
    const reader = this.#response.body.getReader();
    const decoder = new TextDecoder();
    let text = '';
    let bytes = 0;
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        bytes += value.byteLength;
        if (bytes > this.#maxBytes) break;
        text += decoder.decode(value, { stream: true });
      }
    } catch (cause) {
      throw this.#broken(cause);
    }
    this.#call.end();
    if (bytes > this.#maxBytes) {
      await reader.cancel();
      throw new TooLargeError(
        `The answer to ${this.#origin.path} is larger than ${this.#maxBytes} bytes. Select less of it, or raise maxBytes.`,
        this.#maxBytes,
        this.#origin,
      );
    }
    return text + decoder.decode();
  }

  async json<T>(): Promise<T> {
    const text = await this.text();
    try {
      return JSON.parse(text) as T;
    } catch {
      const type = this.headers.get('content-type')?.split(';')[0]?.slice(0, 60) ?? 'no type';
      throw new UnexpectedBodyError(
        `Jenkins answered ${this.#origin.path} with ${type} instead of JSON. A proxy or a login page may stand before Jenkins.`,
        this.#origin,
      );
    }
  }

  async discard(): Promise<void> {
    this.#call.end();
    await (this.#stream ?? this.#response.body)?.cancel();
  }

  #broken(cause: unknown): Error {
    this.#call.end();
    return this.#call.failure(this.#origin) ?? fetchError(cause, this.#origin);
  }
}
