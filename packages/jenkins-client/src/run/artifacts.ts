import { segment } from '../address/segment.ts';
import { buildRoute, type BuildAddress } from '../builds/build-address.ts';
import type { CallOptions, Connection, JenkinsResponse } from '../connection.ts';
import { ConflictError, InvalidError, LoginRedirectError, UnsupportedError } from '../errors.ts';
import { expected, expectedObjects } from '../expected.ts';
import { objectOf, textOf } from '../json-shape.ts';

/** A file that a build archived. */
export interface Artifact {
  /** The path below the build's artifacts, with slashes: what `artifact()` takes. */
  readonly path: string;
  readonly fileName: string;
}

/** Which part of an artifact to read. */
export interface ArtifactOptions extends CallOptions {
  /** Bytes from `start` up to, not including, `end`; to the end of the file without `end`. */
  readonly range?: { readonly start: number; readonly end?: number | undefined } | undefined;
  /** Throws ConflictError when the file is not the one of this time (`lastModified`): to go on with a download. */
  readonly unchangedSince?: Date | undefined;
}

/** The content of an artifact. It must be read or cancelled. */
export interface ArtifactBody {
  readonly body: ReadableStream<Uint8Array>;
  /** The size of the whole file in bytes; absent when the server does not tell. */
  readonly size?: number;
  /** Where in the file `body` begins. */
  readonly start: number;
  readonly contentType?: string;
  readonly lastModified?: Date;
}

/** The files that a build archived. Jenkins tells no sizes here; `artifact()` does. */
export async function artifacts(
  connection: Connection,
  build: BuildAddress,
  options: CallOptions = {},
): Promise<readonly Artifact[]> {
  const answer = await connection.request({
    ...options,
    path: buildRoute(build, 'api/json'),
    query: { tree: 'artifacts[fileName,relativePath]' },
  });
  const body = objectOf(await answer.json<unknown>());
  return expectedObjects(body?.artifacts, 'the artifacts').map((json) => ({
    path: expected(textOf(json.relativePath), 'an artifact'),
    fileName: textOf(json.fileName) ?? '',
  }));
}

/**
 * One archived file, or a part of it, as a stream without a limit. Throws NotFoundOrHiddenError when there is none,
 * InvalidError for a range that begins behind its end, UnsupportedError when Jenkins serves files at another host.
 */
export async function artifact(
  connection: Connection,
  build: BuildAddress,
  path: string,
  options: ArtifactOptions = {},
): Promise<ArtifactBody> {
  const { range, unchangedSince, ...call } = options;
  const request = {
    ...call,
    path: buildRoute(build, `artifact/${artifactRoute(path)}`),
    accept: [416],
    ...(range ? { headers: { range: rangeHeader(range) } } : {}),
  };
  const answer = await connection.request(request).catch((error: unknown) => {
    throw servedElsewhere(error, path) ?? error;
  });
  try {
    return describeBody(answer, path, range?.start ?? 0, unchangedSince);
  } catch (error) {
    await answer.discard();
    throw error;
  }
}

/** All archived files, or those of a folder, as a zip file. */
export async function archive(
  connection: Connection,
  build: BuildAddress,
  folder = '',
  options: CallOptions = {},
): Promise<ArtifactBody> {
  const route = folder === '' ? '' : `${artifactRoute(folder)}/`;
  const name = folder === '' ? 'archive' : encodeURIComponent(folder.split('/').at(-1) ?? '');
  const answer = await connection.request({
    ...options,
    path: buildRoute(build, `artifact/${route}*zip*/${name}.zip`),
  });
  return describeBody(answer, folder, 0, undefined);
}

/**
 * With a Resource Root URL, Jenkins redirects to another host, where the address itself gives access for a while
 * (hudson.model.DirectoryBrowserSupport, jenkins.security.ResourceDomainRootAction; read in the source, not tried).
 * Neither are credentials sent there, nor is the address told.
 */
function servedElsewhere(error: unknown, path: string): UnsupportedError | undefined {
  if (!(error instanceof LoginRedirectError) || !/\/static-files\//u.test(error.location)) return undefined;
  return new UnsupportedError(
    `Jenkins serves the artifact "${path}" at its Resource Root URL, another host. Use archive(), which it answers itself.`,
    [],
    { method: error.method, path: error.path, status: error.status },
  );
}

/** Each name encoded. Those that Jenkins takes for commands, and those that leave the folder, are refused. */
function artifactRoute(path: string): string {
  const names = path.split('/');
  const command = names.find((name) => /^\*(?:zip|plain|view|fingerprint)\*$/u.test(name));
  if (command !== undefined)
    throw new InvalidError(`"${path}" is no path of an artifact: "${command}" is a command.`);
  return names.map((name) => segment(name, `part of the artifact's path "${path}"`)).join('/');
}

function rangeHeader({ start, end }: NonNullable<ArtifactOptions['range']>): string {
  const whole = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
  if (!whole(start) || (end !== undefined && (!whole(end) || end <= start))) {
    throw new InvalidError(`${start} to ${end ?? 'the end'} is no range of bytes.`);
  }
  return `bytes=${start}-${end === undefined ? '' : end - 1}`;
}

function describeBody(
  answer: JenkinsResponse,
  path: string,
  start: number,
  unchangedSince: Date | undefined,
): ArtifactBody {
  const { status, headers, body } = answer;
  const [, total] = /\/(\d+)$/u.exec(headers.get('content-range') ?? '') ?? [];
  if (status === 416) {
    throw new InvalidError(
      `The artifact "${path}" has ${total ?? 'fewer'} bytes; the range begins behind them.`,
    );
  }
  const contentType = headers.get('content-type') ?? undefined;
  const lastModified = new Date(headers.get('last-modified') ?? '');
  const dated = !Number.isNaN(lastModified.getTime());
  // The header counts in seconds.
  if (unchangedSince && (!dated || Math.abs(lastModified.getTime() - unchangedSince.getTime()) >= 1000)) {
    throw new ConflictError(`The artifact "${path}" was replaced meanwhile. Read it from the start.`);
  }
  if (start > 0 && status !== 206) {
    throw new ConflictError(
      `The server gave the artifact "${path}" whole instead of a part. Read it from the start.`,
    );
  }
  const length = headers.has('content-encoding') ? null : headers.get('content-length');
  const size = total ?? (status === 206 ? undefined : (length ?? undefined));
  return {
    body: body ?? new ReadableStream({ start: (controller) => controller.close() }),
    start: status === 206 ? start : 0,
    ...(size === undefined ? {} : { size: Number(size) }),
    ...(contentType === undefined ? {} : { contentType }),
    ...(dated ? { lastModified } : {}),
  };
}
