/** JSON of the plugin sse-gateway. */
import { Type } from 'typebox';
import { answer } from './shape.ts';

/** A dispatcher was made for the session of this answer. */
export const EventConnection = answer('EventConnection', 'A dispatcher for this session.', {
  status: Type.Enum(['ok', 'error']),
  data: Type.Object({ jsessionid: Type.String() }),
});

/** One event of the channel `job`. All values are text. */
export const JobEvent = Type.Object(
  {
    jenkins_event: Type.String({
      description:
        'Such as `job_run_queue_left`, `job_run_queue_task_complete`, `job_run_started`, `job_run_ended`.',
    }),
    jenkins_event_uuid: Type.String(),
    jenkins_event_timestamp: Type.String({ description: 'Milliseconds since 1970.' }),
    jenkins_channel: Type.String(),
    jenkins_object_type: Type.Optional(Type.String()),
    jenkins_object_id: Type.Optional(Type.String()),
    jenkins_object_name: Type.Optional(Type.String()),
    jenkins_object_url: Type.Optional(Type.String({ description: 'Below the address of Jenkins.' })),
    jenkins_instance_url: Type.Optional(Type.String()),
    jenkins_org: Type.Optional(Type.String()),
    job_name: Type.Optional(Type.String({ description: 'The full name.' })),
    job_run_queueId: Type.Optional(Type.String()),
    job_run_status: Type.Optional(Type.String()),
  },
  {
    $id: 'JobEvent',
    description:
      'The data of an event named `job`. The same event arrives more than once, each time with a new uuid.',
    additionalProperties: { type: 'string' },
  },
);
