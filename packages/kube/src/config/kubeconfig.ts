import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { systemClock } from '../time/clock.ts';
import type { Clock } from '../time/clock.ts';
import { ConfigError } from './cluster-config.ts';
import type { ClusterConfig, CredentialSource } from './cluster-config.ts';
import { ExecPlugin } from './exec-plugin.ts';
import { inClusterConfig } from './in-cluster.ts';
import { readKubeconfigs } from './kubeconfig-file.ts';
import type { Kubeconfig, KubeconfigCluster, KubeconfigUser } from './kubeconfig-file.ts';
import { decodeBase64, UserCredentials } from './user-credentials.ts';

/** Which kubeconfig, and which part of it. */
export interface LoadKubeconfigOptions {
  /** One file, instead of `KUBECONFIG` or `~/.kube/config`. */
  path?: string;
  /** A context, instead of the current one. */
  context?: string;
  env?: NodeJS.ProcessEnv;
  clock?: Clock;
}

/**
 * Finds the configuration as kubectl does: the given file, the files of `KUBECONFIG` merged, `~/.kube/config`,
 * and in the end the pod's service account. Rejects with a {@link ConfigError}.
 */
export async function loadKubeconfig(options: LoadKubeconfigOptions = {}): Promise<ClusterConfig> {
  const { path, env = process.env, clock = systemClock } = options;
  const listed = (env['KUBECONFIG'] ?? '').split(delimiter).filter((each) => each !== '');
  const paths = path
    ? [path]
    : listed.length > 0
      ? listed
      : [join(env['HOME'] ?? homedir(), '.kube', 'config')];
  const kubeconfig = await readKubeconfigs(paths, path === undefined);
  if (kubeconfig === undefined || (kubeconfig.contexts.size === 0 && !options.context && !path)) {
    // A context that is not there must not become another cluster.
    if (env['KUBERNETES_SERVICE_HOST'] && !options.context) return inClusterConfig({ env, clock });
    throw new ConfigError(
      'NoConfiguration',
      `no kubeconfig at ${paths.join(', ')}, and this is no pod of a cluster: set KUBECONFIG`,
    );
  }
  return resolveContext(kubeconfig, options.context ?? kubeconfig.currentContext, env, clock);
}

async function resolveContext(
  kubeconfig: Kubeconfig,
  name: string,
  env: NodeJS.ProcessEnv,
  clock: Clock,
): Promise<ClusterConfig> {
  const context = kubeconfig.contexts.get(name);
  if (!context) {
    const names = [...kubeconfig.contexts.keys()].join(', ') || 'none';
    throw new ConfigError(
      'ContextNotFound',
      name === ''
        ? `no current context is set; there are: ${names}`
        : `there is no context ${name}; there are: ${names}`,
    );
  }
  const cluster = kubeconfig.clusters.get(context.cluster ?? '');
  if (!cluster?.server) {
    throw new ConfigError('KubeconfigInvalid', `the context ${name} names no cluster with a server`);
  }
  if (context.user && !kubeconfig.users.has(context.user)) {
    throw new ConfigError(
      'KubeconfigInvalid',
      `the context ${name} names the user ${context.user}, which is not there`,
    );
  }
  const tls = await tlsOf(cluster);
  const config: ClusterConfig = {
    server: checkUrl(cluster.server, 'server', ['http:', 'https:']),
    namespace: context.namespace || 'default',
    tls,
  };
  if (cluster['proxy-url']) {
    config.proxyUrl = checkUrl(cluster['proxy-url'], 'proxy-url', ['http:', 'https:']);
  }
  const user = kubeconfig.users.get(context.user ?? '') ?? {};
  config.credentials = credentialsOf(user, cluster, tls, env, clock);
  return config;
}

async function tlsOf(cluster: KubeconfigCluster): Promise<NonNullable<ClusterConfig['tls']>> {
  let ca = decodeBase64(cluster['certificate-authority-data']);
  const file = cluster['certificate-authority'];
  if (ca === undefined && file) {
    try {
      ca = await readFile(file, 'utf8');
    } catch (error) {
      throw new ConfigError('KubeconfigUnreadable', `cannot read the certificate authority ${file}`, {
        cause: error,
      });
    }
  }
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cluster['tls-server-name'] ? { serverName: cluster['tls-server-name'] } : {}),
    ...(cluster['insecure-skip-tls-verify'] ? { insecureSkipVerify: true } : {}),
  };
}

function credentialsOf(
  user: KubeconfigUser,
  cluster: KubeconfigCluster,
  tls: NonNullable<ClusterConfig['tls']>,
  env: NodeJS.ProcessEnv,
  clock: Clock,
): CredentialSource {
  if (user.as) {
    // To go on without it would be to act with other rights than were asked for.
    throw new ConfigError('Unsupported', 'the kubeconfig user impersonates (as:), which is not supported');
  }
  if (user['auth-provider']) {
    throw new ConfigError(
      'Unsupported',
      'the kubeconfig user has an auth-provider: use an exec plugin instead',
    );
  }
  if (!user.exec) return new UserCredentials(user, clock);
  return new ExecPlugin(user.exec, { cluster, ca: tls.ca, env, clock });
}

function checkUrl(text: string, field: string, protocols: string[]): string {
  const url = URL.parse(text);
  if (!url || !protocols.includes(url.protocol)) {
    // A proxy's address may carry a password.
    throw new ConfigError('KubeconfigInvalid', `${field} is no ${protocols.join(' or ')} address`);
  }
  return text;
}
