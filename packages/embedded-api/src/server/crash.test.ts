import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request as httpsRequest } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

// Twenty rounds are for the acceptance run: CRASH_ROUNDS=20.
const rounds = Number(process.env['CRASH_ROUNDS'] ?? 3);
const writers = 16;
const child = fileURLToPath(new URL('./testing/crash-child.ts', import.meta.url));

interface Running {
  process: ChildProcess;
  exit: Promise<unknown>;
  url: string;
  agent: Agent;
}

async function start(folder: string): Promise<Running> {
  const process_ = spawn(process.execPath, [child, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  // It may be gone before the last writer has noticed.
  const exit = once(process_, 'exit');
  const lost = exit.then((): never => {
    throw new Error('the server ended before it served');
  });
  const said = once(createInterface({ input: process_.stdout }), 'line') as Promise<[string]>;
  const [line] = await Promise.race([said, lost]);
  const { url, ca, cert, key } = JSON.parse(line) as Record<'url' | 'ca' | 'cert' | 'key', string>;
  return { process: process_, exit, url, agent: new Agent({ ca, cert, key, keepAlive: true }) };
}

async function send(
  server: Running,
  method: string,
  path: string,
  body?: object,
): Promise<{ code: number; body: Body }> {
  const request = httpsRequest(server.url + path, {
    method,
    agent: server.agent,
    headers: { 'content-type': 'application/json' },
  });
  // A connection that breaks after the answer began breaks the answer, which says so itself.
  request.on('error', () => undefined);
  request.end(body && JSON.stringify(body));
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response as AsyncIterable<Buffer>) text += chunk.toString();
  return { code: response.statusCode ?? 0, body: JSON.parse(text) as Body };
}

interface Body {
  metadata: { name: string; resourceVersion: string };
  items: Body[];
}

const maps = '/api/v1/namespaces/default/configmaps';

test(
  'kill -9 while many write loses nothing that was acknowledged, and no version goes back',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'crash-'));
    const acknowledged = new Map<string, string>();
    let server: Running | undefined;
    let highest = 0;
    try {
      for (let round = 0; round < rounds; round++) {
        const started = await start(folder);
        server = started;
        const { body } = await send(started, 'GET', maps);
        expect(Number(body.metadata.resourceVersion)).toBeGreaterThanOrEqual(highest);
        const stored = new Map(body.items.map(({ metadata }) => [metadata.name, metadata.resourceVersion]));
        for (const [name, version] of acknowledged) expect(stored.get(name)).toBe(version);
        let written = 0;
        const enough = Promise.withResolvers<void>();
        const writing = Array.from({ length: writers }, async (_, writer) => {
          for (let i = 0; ; i++) {
            const name = `r${round}-w${writer}-${i}`;
            try {
              const answer = await send(started, 'POST', maps, {
                metadata: { name },
                data: { x: 'y'.repeat(500) },
              });
              expect(answer.code).toBe(201);
              acknowledged.set(name, answer.body.metadata.resourceVersion);
              highest = Math.max(highest, Number(answer.body.metadata.resourceVersion));
              if (++written === 200) enough.resolve();
            } catch (error) {
              if (started.process.killed) return;
              enough.reject(error);
              throw error;
            }
          }
        });
        await enough.promise;
        started.process.kill('SIGKILL');
        await Promise.all(writing);
        await started.exit;
        started.agent.destroy();
      }
      server = await start(folder);
      const { body } = await send(server, 'GET', maps);
      const stored = new Set(body.items.map(({ metadata }) => metadata.name));
      expect([...acknowledged.keys()].filter((name) => !stored.has(name))).toEqual([]);
    } finally {
      server?.process.kill('SIGKILL');
      await server?.exit;
      server?.agent.destroy();
      rmSync(folder, { recursive: true, force: true });
    }
  },
  60_000 + rounds * 30_000,
);
