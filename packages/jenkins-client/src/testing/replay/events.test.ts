import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { recording } from '../recording.ts';
import { makeTeam } from './scenery.ts';
import { Stage } from './stage.ts';

interface Event {
  readonly name: string;
  readonly data: Readonly<Record<string, unknown>>;
}

function events(stream: string): readonly Event[] {
  return Array.from(stream.matchAll(/event: (\w+)\ndata: (.*)\n\n/g), ([, name = '', data = '{}']) => ({
    name,
    data: JSON.parse(data) as Event['data'],
  }));
}

/** What the events of one run say, each once: they come several times. */
function told(all: readonly Event[], job: string, number: string): readonly unknown[] {
  const about = all
    .filter(({ data }) => data['job_name'] === job)
    .map(({ data }) => ({
      event: data['jenkins_event'],
      status: data['job_run_status'],
      url: String(data['jenkins_object_url']).replace(`/${number}/`, '/n/'),
      type: data['jenkins_object_type'],
    }));
  return about.filter((one, index) => about.findIndex((other) => same(one, other)) === index);
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

describe('events', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.open({ plugins: { sse: true } });
    await makeTeam(stage, false);
  });
  afterAll(() => stage.fake.close());

  test('09-misc-14-sse-configure, 09-misc-sse-stream', async () => {
    const authorization = `Basic ${Buffer.from('admin:admin-token').toString('base64')}`;
    const connected = await stage.request('GET', '/sse-gateway/connect?clientId=c9', { authorization });
    const cookie = connected.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    const { body = '', headers } = recording('09-misc-14-sse-configure').request;
    const sent = { ...headers, authorization, cookie };
    const configured = await stage.request('POST', '/sse-gateway/configure?batchId=1', sent, body);
    expect(JSON.parse(configured.body)).toEqual(
      JSON.parse(recording('09-misc-14-sse-configure').response.body),
    );

    const listening = await fetch(`${stage.url}sse-gateway/listen/c9`, {
      headers: { authorization, cookie },
    });
    expect(listening.headers.get('content-type')).toBe('text/event-stream;charset=UTF-8');
    await stage.post('/job/team/job/inp/build?delay=0sec');
    let stream = '';
    for await (const text of listening.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      stream += text;
      if (stream.includes('job_run_queue_task_complete')) break;
    }

    const recorded = events(recording('09-misc-sse-stream').response.body);
    const here = events(stream);
    expect(here.slice(0, 2).map(({ name, data }) => [name, Object.keys(data).sort()])).toEqual(
      recorded.slice(0, 2).map(({ name, data }) => [name, Object.keys(data).sort()]),
    );
    const replaced = told(recorded, 'team/p1', '4').map((one) => JSON.stringify(one).replaceAll('p1', 'inp'));
    expect(told(here, 'team/inp', '1').map((one) => JSON.stringify(one))).toEqual(replaced);
    const started = here.filter(({ data }) => data['jenkins_event'] === 'job_run_started');
    expect(new Set(started.map(({ data }) => data['jenkins_event_uuid'])).size).toBe(3);
  });
});
