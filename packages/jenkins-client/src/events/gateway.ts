import type { ItemPath } from '../address/item-path.ts';
import type { CallOptions, Connection } from '../connection.ts';
import { UnexpectedBodyError } from '../errors.ts';
import { objectOf, textOf } from '../json-shape.ts';
import { readEventStream } from './event-stream.ts';

/**
 * Listens to the events about jobs that the plugin sse-gateway sends, and tells for each of which job it is. All jobs
 * that the user may see come through one channel, several times for one thing and not always right: take an event as a
 * hint to look, not as a fact. Ends when the server closes the stream.
 *
 * `ready` is called once the server knows what to send. The routes belong to one session of the server, so its cookie is
 * sent along; a browser does that by itself. Connecting, configuring and the stream were recorded from a real server.
 */
export async function* listenToGateway(
  connection: Connection,
  ready: () => void,
  options: CallOptions,
): AsyncGenerator<ItemPath, void, undefined> {
  const clientId = `jenkins-client-${crypto.getRandomValues(new Uint32Array(3)).join('-')}`;
  const { signal } = options;
  const connected = await connection.request({
    signal,
    path: 'sse-gateway/connect',
    query: { clientId },
    // Each connect begins anew, so a lost one does no harm.
    repeatable: true,
  });
  const cookie = connected.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  const headers: Record<string, string> = cookie === '' ? {} : { cookie };
  await connected.discard();
  const stream = await connection.request({
    signal,
    path: `sse-gateway/listen/${clientId}`,
    headers: { ...headers, accept: 'text/event-stream' },
  });
  if (!stream.body || !/^text\/event-stream\b/u.test(stream.headers.get('content-type') ?? '')) {
    await stream.discard();
    throw new UnexpectedBodyError(
      'The event gateway sent no event stream. A proxy in between may not pass it on.',
    );
  }
  const events = readEventStream(stream.body);
  try {
    const configured = await connection.request({
      signal,
      method: 'POST',
      path: 'sse-gateway/configure',
      query: { batchId: 1 },
      headers,
      json: { dispatcherId: clientId, subscribe: [{ jenkins_channel: 'job' }], unsubscribe: [] },
    });
    const { status } = objectOf(await configured.json<unknown>()) ?? {};
    if (status !== 'ok') {
      throw new UnexpectedBodyError('The event gateway did not take the subscription.');
    }
    ready();
    for await (const { event, data } of events) {
      const job = event === 'job' ? jobOf(data) : undefined;
      if (job) yield job;
    }
  } finally {
    await events.return();
  }
}

/** The job's full name holds names that are encoded already, joined by slashes. */
function jobOf(data: string): ItemPath | undefined {
  try {
    return textOf(objectOf(JSON.parse(data))?.job_name)?.split('/');
  } catch {
    // An event that is no JSON is not about a job.
    return undefined;
  }
}
