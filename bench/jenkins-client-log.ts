/** Following logs: bytes that are lost at several intervals, beside the npm package `jenkins`, and memory for 1 GiB. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect } from '@armillary/jenkins-client';
import NpmJenkins from 'jenkins';

interface Servers {
  readonly url: string;
  readonly token: string;
  readonly giant: string;
}

/** Runs the benchmark and prints it. */
export async function benchJenkinsClientLog(): Promise<void> {
  const server = fork(new URL('./jenkins-client-log-server.ts', import.meta.url));
  const [servers] = (await once(server, 'message')) as [Servers];
  try {
    await measureMemory(servers.giant);
    await compareLosses(servers);
  } finally {
    server.kill();
  }
}

async function compareLosses(servers: Servers): Promise<void> {
  const { url, token } = servers;
  const jenkins = connect({ url, auth: { user: 'admin', token } });
  const created = await jenkins.raw.request({
    method: 'POST',
    path: 'createItem',
    form: { name: 'loud', mode: 'org.jenkinsci.plugins.workflow.job.WorkflowJob' },
    accept: [302],
  });
  await created.discard();
  console.log(
    'A build that prints 400,000 lines, with partial lines and CR LF, followed by two clients at once:',
  );
  console.log('  every        jenkins-client                       npm jenkins 1.1.0');
  for (const intervalMs of [100, 300, 1000]) {
    const build = await (await jenkins.item('loud').build()).started();
    const [ours, peer] = await Promise.all([
      follow(servers, build.number, intervalMs),
      followWithPeer(servers, build.number, intervalMs),
    ]);
    const wanted = Buffer.from(await new Response(build.consoleText()).arrayBuffer());
    // The peer's text has console notes and CR LF throughout; only what is missing beyond that counts.
    const lines = (text: string): string => text.replaceAll('\r\n', '\n');
    const lost = Buffer.byteLength(lines(wanted.toString())) - Buffer.byteLength(lines(withoutNotes(peer)));
    console.log(
      `  ${`${intervalMs} ms`.padEnd(9)}${differing(ours.bytes, wanted).toString().padStart(9)} of ${wanted.length} bytes differ, ${ours.requests} requests` +
        `${lost.toString().padStart(12)} of ${wanted.length} bytes lost  (target: 0 differ)`,
    );
  }
  await jenkins.close();
}

interface Followed {
  readonly bytes: Buffer;
  readonly requests: number;
}

async function follow({ url, token }: Servers, number: number, intervalMs: number): Promise<Followed> {
  let requests = 0;
  const jenkins = connect({ url, auth: { user: 'admin', token }, onRequest: () => void requests++ });
  const pieces: Uint8Array[] = [];
  for await (const { bytes } of jenkins.item('loud').buildRef(number).log({ intervalMs })) pieces.push(bytes);
  await jenkins.close();
  return { bytes: Buffer.concat(pieces), requests };
}

async function followWithPeer({ url, token }: Servers, number: number, delay: number): Promise<string> {
  const peer = new NpmJenkins({ baseUrl: url.replace('//', `//admin:${token}@`).replace(/\/$/u, '') });
  const log = peer.build.logStream({ name: 'loud', number, delay });
  let text = '';
  log.on('data', (piece: string) => (text += piece));
  await once(log, 'end');
  return text;
}

function withoutNotes(text: string): string {
  // oxlint-disable-next-line no-control-regex -- notes are made of them
  return text.replaceAll(/\u001b\[8mha:[A-Za-z0-9+/=]*\u001b\[0m/gu, '');
}

/** How many bytes differ, in place or in number. */
function differing(got: Buffer, wanted: Buffer): number {
  let count = Math.abs(got.length - wanted.length);
  for (let at = 0; at < Math.min(got.length, wanted.length); at++) if (got[at] !== wanted[at]) count++;
  return count;
}

async function measureMemory(url: string): Promise<void> {
  console.log('A log of 1 GiB, read by jenkins-client:');
  const jenkins = connect({ url });
  for (const kind of ['done', 'growing']) {
    const build = jenkins.item(kind).buildRef(1);
    const began = performance.now();
    let bytes = 0;
    let before: number | undefined;
    let most = 0;
    for await (const chunk of build.log()) {
      bytes += chunk.bytes.length;
      const { rss } = process.memoryUsage();
      // The first 64 MiB bring the process to its working size.
      if (bytes > 64 * 2 ** 20) before ??= rss;
      most = Math.max(most, rss);
    }
    const seconds = (performance.now() - began) / 1000;
    const growth = (most - (before ?? 0)) / 2 ** 20;
    console.log(
      `  ${kind.padEnd(8)} ${bytes} bytes in ${seconds.toFixed(1)} s, ${(bytes / 2 ** 20 / seconds).toFixed(0)} MiB/s; memory ${((before ?? 0) / 2 ** 20).toFixed(0)} MiB, grew by ${growth.toFixed(0)} MiB at most`,
    );
  }
  await jenkins.close();
}
