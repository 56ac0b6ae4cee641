import { PassThrough } from 'node:stream';

import type { Area, Call } from '../area.ts';
import { oops } from '../error-pages.ts';
import { json, type Answer } from '../http.ts';
import type { User } from '../users.ts';
import type { World, WorldEvent } from '../world.ts';

/** How often `job_run_started` came for one run when it was recorded. */
const STARTED_TIMES = 3;
const MOST_WAITING = 1000;
/** In characters: a client that does not read gets no more. */
const MOST_UNREAD = 1_000_000;

/** One client's stream, by the id that it chose. */
interface Dispatcher {
  readonly id: string;
  readonly instance: number;
  readonly user: User;
  readonly channels: Set<string>;
  /** What could not be sent yet, as text of the stream. */
  readonly waiting: string[];
  stream: PassThrough | undefined;
}

/**
 * The events of sse-gateway. A dispatcher belongs to the session that made it. As recorded, the start of a run is told
 * several times, each time with an id of its own.
 */
export function eventsArea(world: World): Area {
  const dispatchers = new Map<string, Dispatcher>();
  let instances = 274_464_493;

  const keyOf = (call: Call, id: string): { key: string; session: string; cookie: string | undefined } => {
    const known = world.sessions.of(call.request.headers.cookie);
    const session = known ?? world.sessions.open(call.user);
    const cookie =
      known === undefined
        ? `JSESSIONID=${session}; Path=${world.options.prefix || '/'}; HttpOnly`
        : undefined;
    return { key: `${session} ${id}`, session, cookie };
  };
  const open = (key: string, id: string, user: User): Dispatcher => {
    const made: Dispatcher = {
      id,
      instance: instances++,
      user,
      channels: new Set(),
      waiting: [],
      stream: undefined,
    };
    dispatchers.set(key, made);
    return made;
  };

  world.listeners.add((event) => {
    for (const dispatcher of dispatchers.values()) {
      if (!dispatcher.channels.has('job') || !dispatcher.user.may('hudson.model.Item.Read')) continue;
      for (const told of jobEvents(event, world.clock.now()))
        send(dispatcher, 'job', { ...told, ...addressed(dispatcher) });
    }
  });

  const connect = (call: Call): Answer => {
    const id = call.request.query.get('clientId');
    if (id === null) throw oops();
    const { key, session, cookie } = keyOf(call, id);
    const known = dispatchers.get(key);
    if (known) known.channels.clear();
    else open(key, id, call.user);
    const answer = json({ status: 'ok', data: { jsessionid: session } });
    return { ...answer, headers: { ...answer.headers, ...(cookie && { 'set-cookie': cookie }) } };
  };
  const configure = (call: Call): Answer => {
    const {
      dispatcherId,
      subscribe = [],
      unsubscribe = [],
    } = JSON.parse(call.request.body.toString()) as {
      dispatcherId?: string;
      subscribe?: { jenkins_channel: string }[];
      unsubscribe?: { jenkins_channel: string }[];
    };
    if (dispatcherId === undefined)
      return json({ status: 'error', message: "'dispatcherId' not specified." }, 400);
    const dispatcher = dispatchers.get(keyOf(call, dispatcherId).key);
    if (!dispatcher) {
      return json({ status: 'error', message: `Unknown SSE event dispatcher ${dispatcherId}` });
    }
    for (const { jenkins_channel: channel } of unsubscribe) dispatcher.channels.delete(channel);
    for (const { jenkins_channel: channel } of subscribe) dispatcher.channels.add(channel);
    const batchId = call.request.query.get('batchId');
    if (batchId !== null) send(dispatcher, 'configure', { batchId, ...identity(dispatcher) });
    return json({ status: 'ok' });
  };
  const listen = (call: Call): Answer => {
    const { id = '' } = call.params;
    const { key } = keyOf(call, id);
    const dispatcher = dispatchers.get(key) ?? open(key, id, call.user);
    dispatcher.stream?.end();
    const stream = new PassThrough();
    dispatcher.stream = stream;
    stream.on('close', () => {
      if (dispatcher.stream === stream) dispatcher.stream = undefined;
    });
    stream.write(eventText('open', identity(dispatcher)));
    for (const text of dispatcher.waiting.splice(0)) stream.write(text);
    return {
      status: 200,
      headers: { 'content-type': 'text/event-stream;charset=UTF-8', 'transfer-encoding': 'chunked' },
      body: stream,
    };
  };

  return {
    routes: [
      { on: 'server', method: 'GET', path: 'sse-gateway/connect', handle: connect },
      { on: 'server', method: 'POST', path: 'sse-gateway/configure', open: true, handle: configure },
      { on: 'server', method: 'GET', path: 'sse-gateway/listen/:id', handle: listen },
    ],
    restarted: () => {
      for (const { stream } of dispatchers.values()) stream?.destroy();
      dispatchers.clear();
    },
  };
}

function identity({ id, instance }: Dispatcher): Readonly<Record<string, unknown>> {
  return { dispatcherId: id, dispatcherInst: instance };
}

function addressed({ id, instance }: Dispatcher): Readonly<Record<string, string>> {
  return {
    sse_subs_dispatcher: id,
    sse_subs_dispatcher_inst: String(instance),
    jenkins_event_uuid: crypto.randomUUID(),
  };
}

function eventText(name: string, data: Readonly<Record<string, unknown>>): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

function send(dispatcher: Dispatcher, name: string, data: Readonly<Record<string, unknown>>): void {
  const text = eventText(name, data);
  if (dispatcher.stream && dispatcher.stream.writableLength < MOST_UNREAD) dispatcher.stream.write(text);
  else if (dispatcher.waiting.length < MOST_WAITING) dispatcher.waiting.push(text);
}

/** What the channel `job` tells of something that happened. All values are text. */
function jobEvents({ type, build }: WorldEvent, now: number): readonly Readonly<Record<string, string>>[] {
  const { job } = build;
  const about = {
    jenkins_event_timestamp: String(now),
    jenkins_channel: 'job',
    jenkins_org: 'jenkins',
    job_name: job.fullName,
    job_run_queueId: String(build.queueId),
  };
  const run = {
    ...about,
    jenkins_object_id: String(build.number),
    jenkins_object_name: `#${build.number}`,
    jenkins_object_type: 'org.jenkinsci.plugins.workflow.job.WorkflowRun',
    jenkins_object_url: `${job.urlPath}${build.number}/`,
  };
  if (type === 'started') {
    const started = { ...run, jenkins_event: 'job_run_started', job_run_status: 'RUNNING' };
    return Array.from({ length: STARTED_TIMES }, () => started);
  }
  return [
    { ...run, jenkins_event: 'job_run_ended', job_run_status: build.result ?? 'SUCCESS' },
    {
      ...about,
      jenkins_event: 'job_run_queue_task_complete',
      jenkins_object_name: job.name,
      jenkins_object_type: 'org.jenkinsci.plugins.workflow.job.WorkflowJob',
      jenkins_object_url: job.urlPath,
    },
  ];
}
