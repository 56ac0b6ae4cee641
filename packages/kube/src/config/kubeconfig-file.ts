import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { ConfigError } from './cluster-config.ts';

/** A cluster of a kubeconfig, with the field names of the file. */
export interface KubeconfigCluster {
  server?: string;
  'certificate-authority'?: string;
  'certificate-authority-data'?: string;
  'insecure-skip-tls-verify'?: boolean;
  'tls-server-name'?: string;
  'proxy-url'?: string;
  extensions?: { name?: string; extension?: unknown }[];
}

/** The command that gives credentials (`client.authentication.k8s.io`). */
export interface KubeconfigExec {
  apiVersion?: string;
  command?: string;
  args?: string[] | null;
  env?: { name: string; value: string }[] | null;
  installHint?: string;
  interactiveMode?: string;
  provideClusterInfo?: boolean;
}

/** A user of a kubeconfig. */
export interface KubeconfigUser {
  'client-certificate'?: string;
  'client-certificate-data'?: string;
  'client-key'?: string;
  'client-key-data'?: string;
  token?: string;
  tokenFile?: string;
  username?: string;
  password?: string;
  exec?: KubeconfigExec;
  'auth-provider'?: unknown;
  as?: string;
}

/** A context of a kubeconfig. */
interface KubeconfigContext {
  cluster?: string;
  user?: string;
  namespace?: string;
}

/** What the files say together, by name. */
export interface Kubeconfig {
  currentContext: string;
  clusters: Map<string, KubeconfigCluster>;
  users: Map<string, KubeconfigUser>;
  contexts: Map<string, KubeconfigContext>;
}

type Named = { name?: unknown } & Record<string, unknown>;

/**
 * Reads kubeconfig files and merges them as kubectl does: the first file that sets the current context or
 * that has an entry of a name wins, and paths are relative to their own file. Files that do not exist are left
 * out when `optional`. Rejects with a {@link ConfigError}.
 */
export async function readKubeconfigs(paths: string[], optional: boolean): Promise<Kubeconfig | undefined> {
  const merged: Kubeconfig = {
    currentContext: '',
    clusters: new Map(),
    users: new Map(),
    contexts: new Map(),
  };
  let found = false;
  for (const path of paths) {
    const text = await readText(path, optional);
    if (text === undefined) continue;
    found = true;
    mergeFile(merged, parse(text, path), path);
  }
  return found ? merged : undefined;
}

async function readText(path: string, optional: boolean): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const absent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (absent && optional) return undefined;
    throw new ConfigError('KubeconfigUnreadable', `cannot read the kubeconfig ${path}`, { cause: error });
  }
}

function parse(text: string, path: string): Record<string, unknown> {
  // Pretty errors would quote the file, which holds secrets.
  const document = parseDocument(text, { prettyErrors: false });
  const [problem] = document.errors;
  if (problem) {
    const line = text.slice(0, problem.pos[0]).split('\n').length;
    throw new ConfigError(
      'KubeconfigInvalid',
      `the kubeconfig ${path} is not YAML: ${problem.code}, line ${line}`,
    );
  }
  const content: unknown = document.toJS() ?? {};
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw new ConfigError('KubeconfigInvalid', `the kubeconfig ${path} is not a mapping`);
  }
  return content as Record<string, unknown>;
}

function mergeFile(merged: Kubeconfig, file: Record<string, unknown>, path: string): void {
  const current = file['current-context'];
  if (merged.currentContext === '' && typeof current === 'string') merged.currentContext = current;
  const folder = dirname(resolve(path));
  mergeEntries(merged.contexts, file['contexts'], 'context', path, (context) => context);
  mergeEntries(merged.clusters, file['clusters'], 'cluster', path, (cluster: KubeconfigCluster) =>
    withPaths(cluster, ['certificate-authority'], folder),
  );
  mergeEntries(merged.users, file['users'], 'user', path, (user: KubeconfigUser) => {
    const located = withPaths(user, ['client-certificate', 'client-key', 'tokenFile'], folder);
    const command = user.exec?.command;
    // A bare name is looked up on the PATH; anything with a slash is a path.
    if (!command?.includes('/') || isAbsolute(command)) return located;
    return { ...located, exec: { ...user.exec, command: resolve(folder, command) } };
  });
}

function mergeEntries<T>(
  target: Map<string, T>,
  list: unknown,
  member: string,
  path: string,
  locate: (value: T) => T,
): void {
  if (list === undefined || list === null) return;
  if (!Array.isArray(list)) throw new ConfigError('KubeconfigInvalid', `${path}: ${member}s is not a list`);
  for (const entry of list as Named[]) {
    const name = entry?.name;
    if (typeof name !== 'string' || target.has(name)) continue;
    const value = entry[member];
    target.set(name, locate((typeof value === 'object' && value !== null ? value : {}) as T));
  }
}

function withPaths<T extends object>(value: T, fields: (keyof T)[], folder: string): T {
  const located = { ...value };
  for (const field of fields) {
    const path = value[field];
    if (typeof path === 'string' && path !== '') located[field] = resolve(folder, path) as T[keyof T];
  }
  return located;
}
