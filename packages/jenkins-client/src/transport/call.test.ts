import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import type { JenkinsResponse } from '../connection.ts';
import { Deadline } from '../deadline.ts';
import { Call } from './call.ts';
import { rejection, scriptedJenkins } from './scripted-server.ts';

describe('a deadline', () => {
  test('covers the head of the answer', async () => {
    const { jenkins } = await scriptedJenkins(() => undefined);
    const error = await rejection(jenkins.raw.request({ path: 'job/a', timeoutMs: 20 }));
    expect(error).toMatchObject({ code: 'Timeout', method: 'GET', path: 'job/a' });
    expect((error as Error).message).toContain('20 ms');
  });

  test('covers the body, as text and as a stream', async () => {
    const { jenkins } = await scriptedJenkins((_, response) => void response.write('{'));
    const ask = (): Promise<JenkinsResponse> => jenkins.raw.request({ path: 'x', timeoutMs: 1000 });
    const [text, stream] = await Promise.all([ask(), ask()]);
    const reader = stream.body!.getReader();
    await reader.read();
    const errors = await Promise.all([rejection(text.json()), rejection(reader.read())]);
    expect(errors).toMatchObject([{ code: 'Timeout' }, { code: 'Timeout' }]);
  });

  test('covers waits between repetitions', async () => {
    const { jenkins } = await scriptedJenkins((_, response) => response.writeHead(503).end(), {
      clock: {
        now: () => Date.now(),
        sleep: (_, signal) =>
          new Promise((_resolve, reject) => {
            signal?.addEventListener('abort', () => {
              reject(signal.reason as Error);
            });
          }),
      },
    });
    // Long enough that the first answer is there, whatever else the machine does.
    expect(await rejection(jenkins.raw.request({ path: 'x', timeoutMs: 1000 }))).toMatchObject({
      code: 'Timeout',
      cause: { code: 'NotReady' },
    });
  });

  test('that is the default leaves a stream alone', async () => {
    const { promise: passed, resolve: pass } = Promise.withResolvers<undefined>();
    const { jenkins } = await scriptedJenkins(
      async (request, response) => {
        if (request.url === '/slow') return;
        response.write('a');
        await passed;
        response.end('b');
      },
      { timeoutMs: 1000 },
    );
    const answer = await jenkins.raw.request({ path: 'x' });
    const text = new Response(answer.body).text();
    expect(await rejection(jenkins.raw.request({ path: 'slow' }))).toMatchObject({ code: 'Timeout' });
    pass(undefined);
    expect(await text).toBe('ab');
  });

  test.each([Infinity, 2 ** 40])('of %s ms is none', (timeoutMs) => {
    const call = new Call({ timeoutMs }, 1);
    expect(call.signal.aborted).toBe(false);
    call.end();
  });
});

describe('a signal', () => {
  test('that is aborted already sends nothing', async () => {
    const { jenkins, requests } = await scriptedJenkins((_, response) => response.end());
    const reason = new Error('not wanted any more');
    const error = await rejection(jenkins.raw.request({ path: 'x', signal: AbortSignal.abort(reason) }));
    expect(error).toMatchObject({ code: 'Aborted', cause: reason });
    expect(requests).toHaveLength(0);
  });

  test('ends a call in every phase', async () => {
    const { jenkins } = await scriptedJenkins((request, response) => {
      if (request.url === '/body') response.write('{');
    });
    const head = new AbortController();
    const waiting = rejection(jenkins.raw.request({ path: 'head', signal: head.signal }));
    head.abort();
    expect(await waiting).toMatchObject({ code: 'Aborted' });
    const body = new AbortController();
    const answer = await jenkins.raw.request({ path: 'body', signal: body.signal });
    const reading = rejection(answer.json());
    body.abort();
    expect(await reading).toMatchObject({ code: 'Aborted' });
  });

  test('that serves 10,000 calls keeps no listener', async () => {
    const { jenkins } = await scriptedJenkins((request, response) => {
      if (request.url === '/3') response.writeHead(404).end();
      else if (request.url === '/4') response.destroy();
      else response.end('{}');
    });
    const { signal } = new AbortController();
    // Counted on the way, not just at the end: listeners must not pile up while calls come and go.
    let most = 0;
    for (let round = 0; round < 1000; round++) {
      await Promise.all(
        Array.from({ length: 10 }, async (_, kind) => {
          if (kind % 5 === 3 || (kind === 4 && round % 50 === 0)) {
            await rejection(jenkins.raw.request({ method: 'POST', path: String(kind % 5), signal }));
            return;
          }
          const answer = await jenkins.raw.request({ path: '0', signal });
          if (kind % 5 === 0) await answer.json();
          else if (kind % 5 === 1) await answer.discard();
          else await new Response(answer.body).text();
        }),
      );
      most = Math.max(most, getEventListeners(signal, 'abort').length);
    }
    expect(most).toBe(0);
  }, 240_000);
});

describe('a deadline over several requests', () => {
  const clock = {
    time: 0,
    now: () => clock.time,
    sleep(ms: number) {
      clock.time += ms;
      return Promise.resolve();
    },
  };

  test('gives each what is left, and cuts waits to it', async () => {
    const deadline = new Deadline(clock, { timeoutMs: 100 });
    await deadline.sleep(60);
    expect(deadline.left()).toEqual({ signal: undefined, timeoutMs: 40 });
    const before = clock.time;
    expect(await rejection(deadline.sleep(1000))).toMatchObject({ code: 'Timeout' });
    expect(clock.time - before).toBe(40);
    expect(() => deadline.left()).toThrow('within 100 ms');
  });

  test('ends with its signal, and has no limit of its own', () => {
    const controller = new AbortController();
    const deadline = new Deadline(clock, { signal: controller.signal });
    expect(deadline.left()).toEqual({ signal: controller.signal });
    controller.abort();
    expect(() => deadline.left()).toThrow(expect.objectContaining({ code: 'Aborted' }));
  });
});
