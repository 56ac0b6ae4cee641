import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { requestBuild, type BuildRef } from '../builds/build-ref.ts';
import { connect } from '../connect.ts';
import type { Jenkins } from '../jenkins.ts';
import { startFakeJenkins, type FakeBuild, type FakeJenkins } from '../testing/index.ts';
import { door, hastyClock, makeJob } from '../testing/made-jobs.ts';

const item = ['team', 'p1'];
let fake: FakeJenkins;
let jenkins: Jenkins;

beforeEach(async () => {
  fake = await startFakeJenkins({ prefix: '/jenkins' });
  const auth = { user: 'admin', token: fake.users.admin.token };
  jenkins = connect({ url: fake.url, auth, clock: hastyClock() });
  await makeJob(jenkins.connection, item);
});
afterEach(async () => {
  await jenkins.close();
  await fake.close();
});

/** Starts a build and gives its hands: what it prints, and its end. */
async function printing(): Promise<{ build: BuildRef; print: (text: string) => void; end: () => void }> {
  const { opened, open } = door();
  let running: FakeBuild | undefined;
  fake.runs('team/p1', (build) => {
    running = build;
    return opened;
  });
  const build = await (await requestBuild(jenkins.connection, item)).started();
  return { build, print: (text) => running?.print(text), end: open };
}

async function plainText(build: BuildRef): Promise<string> {
  return new Response(build.consoleText()).text();
}

describe('a log over HTTP', () => {
  test('is followed while it grows, to the end', async () => {
    const { build, print, end } = await printing();
    let text = '';
    let printed = 0;
    for await (const chunk of build.log({ intervalMs: 20 })) {
      text += chunk.text;
      // Each chunk lets the build go on, so it is seen in many pieces.
      if (++printed < 30) print(`line ${printed}\npart`);
      else end();
    }
    expect(text).toBe(await plainText(build));
    expect(text).toContain('partline 17\n');
    expect(text).toMatch(/Finished: SUCCESS\n$/u);
  });

  test('goes on where it was when the server restarts', async () => {
    const { build, print, end } = await printing();
    print('before\r\nand after\n');
    const chunks = build.log({ intervalMs: 20 })[Symbol.asyncIterator]();
    let text = (await chunks.next()).value?.text ?? '';
    const restart = async (): Promise<void> => {
      await fake.restart({ downMs: 50 });
      print('back\r\n');
      end();
    };
    const restarted = restart();
    for await (const chunk of chunks) text += chunk.text;
    await restarted;
    expect(text).toBe(await plainText(build));
    expect(fake.requests.some(({ status }) => status === 503)).toBe(true);
  });

  test('tells when the build is deleted', async () => {
    const { build, end } = await printing();
    end();
    await build.finished();
    const chunks = build.log()[Symbol.asyncIterator]();
    await build.delete();
    await expect(chunks.next()).rejects.toMatchObject({ code: 'NotFoundOrHidden' });
  });

  test('as a stream of bytes', async () => {
    const { build, print, end } = await printing();
    print('ünïcode\n');
    end();
    const text = await new Response(build.log().toWebStream()).text();
    expect(text).toBe(await plainText(build));
  });

  test('is left alone when its reader goes away', async () => {
    const { build, print, end } = await printing();
    print('one\n');
    for await (const chunk of build.log()) if (chunk.text.includes('one')) break;
    fake.clearRequests();
    await build.get();
    expect(fake.requests.map(({ path }) => path)).toEqual(['/job/team/job/p1/1/api/json']);
    end();
  });
});
