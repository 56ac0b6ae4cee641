import { Type } from 'typebox';
import { json, type Operation } from '../operation.ts';
import { EventConnection, JobEvent } from '../schemas/events.ts';
import { Done } from '../schemas/system.ts';

const plugins = ['sse-gateway'];

/** Events as they happen. All three need the same session cookie. */
export const eventPaths: readonly Operation[] = [
  {
    method: 'GET',
    path: '/sse-gateway/connect',
    id: 'connectEvents',
    tag: 'events',
    summary: 'Make a dispatcher.',
    plugins,
    query: { clientId: Type.String() },
    answers: { 200: { ...json(EventConnection), headers: { 'Set-Cookie': 'The session.' } } },
  },
  {
    method: 'POST',
    path: '/sse-gateway/configure',
    id: 'configureEvents',
    tag: 'events',
    summary: 'Subscribe to channels. What the user may not see does not come.',
    plugins,
    query: { batchId: Type.Optional(Type.String()) },
    body: {
      json: Type.Object(
        {
          dispatcherId: Type.String(),
          dispatcherInst: Type.Optional(Type.String()),
          subscribe: Type.Array(
            Type.Object({ jenkins_channel: Type.String() }, { additionalProperties: true }),
          ),
          unsubscribe: Type.Array(Type.Object({}, { additionalProperties: true })),
        },
        { $id: 'EventSubscription', description: 'Channels to listen to.' },
      ),
    },
    answers: { 200: json(Done) },
  },
  {
    method: 'GET',
    path: '/sse-gateway/listen/{dispatcher}',
    id: 'listenEvents',
    tag: 'events',
    summary: 'The stream. Its first event is `open`; those of the channel `job` hold a JobEvent.',
    plugins,
    answers: {
      200: {
        description: 'Server-sent events. The schema is that of the data of an event named `job`.',
        type: 'text/event-stream',
        schema: JobEvent,
      },
    },
  },
];
