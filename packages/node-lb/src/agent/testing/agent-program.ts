import { KubeClient, loadKubeconfig, type Logger } from '@armillary/kube';
import { once } from 'node:events';
import { createConnection, createServer, type AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';
import { Registry } from 'prom-client';
import type { NodeAgentOptions } from '../agent-options.ts';
import { startNodeAgent } from '../node-agent.ts';
import { showPlan } from '../shown-plan.ts';
import { runOnce } from '../run-once.ts';
import { uninstall } from '../uninstall.ts';

/** What the program is told, as JSON in its first argument. */
export interface AgentProgramOptions extends Pick<
  NodeAgentOptions,
  'nodeName' | 'link' | 'prefix' | 'mode' | 'probeIntervalMs' | 'verifyIntervalMs' | 'enableForwarding'
> {
  /** `run` unless told; the others end by themselves, with a last line of what came of it. */
  command?: 'run' | 'once' | 'print-plan' | 'uninstall';
  kubeconfig: string;
  /** A socket in the file system behind which the API server answers: networks do not matter to it. */
  apiSocket: string;
}

/**
 * An agent as a process of its own, for tests: it runs in the network of a node, in which there is nothing of the machine
 * that the test runs on. It prints a line of JSON for each line of its log, until SIGTERM.
 */
async function main(options: AgentProgramOptions): Promise<void> {
  const stop = new AbortController();
  process.once('SIGTERM', () => stop.abort());
  const relay = createServer((socket) => {
    const api = createConnection(options.apiSocket);
    pipeline(socket, api, () => {});
    pipeline(api, socket, () => {});
  });
  await once(relay.listen(0, '127.0.0.1'), 'listening');
  const { port } = relay.address() as AddressInfo;
  const config = await loadKubeconfig({ path: options.kubeconfig });
  const client = new KubeClient({ ...config, server: `https://127.0.0.1:${port}` });
  const { kubeconfig: _, apiSocket: __, command = 'run', ...rest } = options;
  const metrics = new Registry();
  const all = { ...rest, client, logger, metrics, leaseNamespace: 'default', signal: stop.signal };
  // Whoever reads along wants to know that it lives, and how much it did.
  process.on('SIGUSR2', () => void metrics.metrics().then((text) => print({ metrics: text })));
  print({ started: process.pid });
  switch (command) {
    case 'run': {
      const agent = await startNodeAgent(all);
      await agent.done;
      break;
    }
    case 'once': {
      const { ok, failure } = await runOnce(all);
      print({ ok, failure: failure?.message });
      break;
    }
    case 'print-plan':
      print({ ...(await showPlan(all)) });
      break;
    case 'uninstall':
      await uninstall(all);
      print({ uninstalled: true });
      break;
  }
  await client.close();
  relay.close();
}

function print(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

const log =
  (level: string) =>
  (fields: object, message: string): void => {
    const { err, ...others } = fields as { err?: Error };
    print({ level, message, ...others, ...(err ? { error: err.message } : {}) });
  };

const logger: Logger = {
  debug: () => {},
  info: log('info'),
  warn: log('warn'),
  error: log('error'),
  child: () => logger,
};

await main(JSON.parse(process.argv[2] ?? '{}') as AgentProgramOptions);
