import { Command } from 'commander';
import type { ApiServer } from '@armillary/embedded-api';
import { CommandError } from '../command-error.ts';
import { createLogger } from '../log.ts';
import { dataOption, logLevelOption, outputOption, port } from '../options.ts';
import { printEvent, say } from '../output.ts';
import { aborted, stopSignal } from '../stop-signal.ts';

interface ApiOptions {
  data: string;
  host: string;
  port: number;
  output: 'text' | 'json';
  logLevel: string;
}

/** `armillary api`: the embedded API server alone. */
export function apiCommand(): Command {
  return new Command('api')
    .description('run the embedded Kubernetes API server alone, until SIGTERM')
    .addOption(dataOption())
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'port to listen on', port, 6443)
    .addOption(outputOption())
    .addOption(logLevelOption('warn'))
    .action(api);
}

async function api(options: ApiOptions): Promise<void> {
  const stop = stopSignal();
  const server = await start(options, stop);
  if (options.output === 'json') {
    const { caFile, kubeletServer } = server.pki;
    printEvent({
      event: 'ready',
      api: server.url,
      port: server.port,
      kubeconfig: server.kubeconfig,
      kubelet: { certificate: kubeletServer.certFile, key: kubeletServer.keyFile, clientCa: caFile },
    });
  } else {
    say(`Ready. API ${server.url}, kubeconfig ${server.kubeconfig}`);
  }
  await aborted(stop);
  await server.close();
}

async function start(options: ApiOptions, signal: AbortSignal): Promise<ApiServer> {
  // Loaded here, so that help and completion answer at once.
  const { startApiServer } = await import('@armillary/embedded-api');
  try {
    const { data, host, port: wanted } = options;
    return await startApiServer({
      dataDir: data,
      host,
      port: wanted,
      logger: createLogger(options.logLevel, 'api'),
      signal,
    });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') {
      throw new CommandError(
        'failure',
        `port ${options.port} on ${options.host} is taken: stop what listens there, or choose another (0 picks a free one)`,
        { cause: error },
      );
    }
    throw error;
  }
}
