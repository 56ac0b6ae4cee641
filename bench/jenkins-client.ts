/** What the Jenkins client adds to a request: beside a bare fetch with the same headers, and beside undici. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect } from '@armillary/jenkins-client';
import { request as undiciRequest } from 'undici';
import { quantile } from './measure.ts';

const rounds = 300;
const requestsPerRound = 20;
const warmUp = 40;

type Contestant = (url: string, path: string) => Promise<unknown>;

/** Runs the benchmark and prints it. */
export async function benchJenkinsClient(): Promise<void> {
  const server = fork(new URL('./jenkins-client-server.ts', import.meta.url));
  const [port] = (await once(server, 'message')) as [number];
  const url = `http://127.0.0.1:${port}/`;
  try {
    await compare('a small answer', url, 'whoAmI/api/json');
    await compare('an answer of 16 KB in chunks', url, 'api/json');
  } finally {
    server.kill();
  }
}

async function compare(what: string, url: string, path: string): Promise<void> {
  const jenkins = connect({ url, auth: { user: 'ada', token: '11aa22bb33cc44dd55ee66ff77aa88bb99' } });
  const headers = {
    authorization: `Basic ${btoa('ada:11aa22bb33cc44dd55ee66ff77aa88bb99')}`,
    'user-agent': 'bench',
    'accept-language': 'en',
  };
  const contestants: Record<string, Contestant> = {
    'bare fetch': async () => (await fetch(url + path, { headers, redirect: 'manual' })).json(),
    'bare fetch with a deadline': async () => {
      const signal = AbortSignal.timeout(30_000);
      return (await fetch(url + path, { headers, redirect: 'manual', signal })).json();
    },
    'jenkins-client': async () => (await jenkins.raw.request({ path })).json(),
    'undici.request': async () => (await undiciRequest(url + path, { headers })).body.json(),
  };
  const times: Record<string, number[]> = {};
  for (let round = -warmUp; round < rounds; round++) {
    // Each round measures all, so that what else the machine does falls on all alike; each goes first in turn.
    const names = Object.keys(contestants);
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(turn + round + warmUp) % names.length] ?? '';
      const before = performance.now();
      for (let count = 0; count < requestsPerRound; count++) await contestants[name]?.(url, path);
      if (round >= 0) (times[name] ??= []).push((performance.now() - before) / requestsPerRound);
    }
  }
  await jenkins.close();
  const bare = times['bare fetch'] ?? [];
  console.log(`jenkins-client, ${what}: one request after another, ${rounds} rounds of ${requestsPerRound}`);
  for (const name of Object.keys(contestants)) {
    const own = times[name] ?? [];
    const ratio = quantile(own, 0.5) / quantile(bare, 0.5);
    const target = name === 'jenkins-client' ? '  target: <= 1.15x' : '';
    console.log(
      `  ${name.padEnd(27)} ${(quantile(own, 0.5) * 1000).toFixed(0).padStart(5)} us  ${ratio.toFixed(2)}x of a bare fetch${target}`,
    );
  }
}
