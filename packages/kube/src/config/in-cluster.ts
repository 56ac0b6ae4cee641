import { readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import { systemClock } from '../time/clock.ts';
import type { Clock } from '../time/clock.ts';
import { ConfigError } from './cluster-config.ts';
import type { ClusterConfig } from './cluster-config.ts';
import { UserCredentials } from './user-credentials.ts';

/** For tests: another environment, another folder of the service account. */
export interface InClusterOptions {
  env?: NodeJS.ProcessEnv;
  folder?: string;
  clock?: Clock;
}

/**
 * The configuration that Kubernetes gives to a pod: the address in the environment, and token, certificate
 * authority and namespace in the service account's folder. The token is read again when it rotates.
 * Rejects with a {@link ConfigError}.
 */
export async function inClusterConfig(options: InClusterOptions = {}): Promise<ClusterConfig> {
  const { env = process.env, clock = systemClock } = options;
  const folder = options.folder ?? '/var/run/secrets/kubernetes.io/serviceaccount';
  const host = env['KUBERNETES_SERVICE_HOST'];
  const port = env['KUBERNETES_SERVICE_PORT'];
  if (!host || !port) {
    throw new ConfigError(
      'NoConfiguration',
      'this is no pod of a cluster: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set',
    );
  }
  const credentials = new UserCredentials({ tokenFile: join(folder, 'token') }, clock);
  await credentials.get();
  let ca: string;
  try {
    ca = await readFile(join(folder, 'ca.crt'), 'utf8');
  } catch (error) {
    throw new ConfigError('CredentialUnreadable', `cannot read ${join(folder, 'ca.crt')}`, { cause: error });
  }
  const namespace = await readFile(join(folder, 'namespace'), 'utf8').catch(() => '');
  return {
    server: `https://${isIPv6(host) ? `[${host}]` : host}:${port}`,
    namespace: namespace.trim() || 'default',
    tls: { ca },
    credentials,
  };
}
