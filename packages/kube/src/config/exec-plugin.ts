import { spawn } from 'node:child_process';
import type { Clock } from '../time/clock.ts';
import { ConfigError } from './cluster-config.ts';
import type { Credential, CredentialSource } from './cluster-config.ts';
import type { KubeconfigCluster, KubeconfigExec } from './kubeconfig-file.ts';

/** What a plugin runs with. */
export interface ExecPluginOptions {
  cluster: KubeconfigCluster;
  /** PEM, for plugins that want to know the cluster. */
  ca: string | undefined;
  env: NodeJS.ProcessEnv;
  clock: Clock;
  /** 60,000 unless told. */
  timeoutMs?: number;
}

interface Cached {
  credential: Credential;
  expiresAt: number;
}

const apiVersions = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1'];
const maxOutputBytes = 1024 * 1024;
const maxStderrLength = 1000;
/** How long the rest of a plugin's output may take after the plugin itself. */
const afterExitMs = 2000;
const clusterExtension = 'client.authentication.k8s.io/exec';

/**
 * A credential plugin of a kubeconfig, as `client.authentication.k8s.io` describes it: a command that prints an
 * `ExecCredential`. It runs without a shell and never interactively; its answer is kept until it expires or the
 * server refuses it.
 */
export class ExecPlugin implements CredentialSource {
  readonly #exec: KubeconfigExec & { command: string };
  readonly #options: ExecPluginOptions;
  #cached: Cached | undefined;
  /** What the plugin gave last; its messages must not show them. */
  #secrets: string[] = [];
  #running: Promise<Cached> | undefined;

  /** Throws a {@link ConfigError} for a plugin that cannot be run at all. */
  constructor(exec: KubeconfigExec, options: ExecPluginOptions) {
    const { command, apiVersion, interactiveMode } = exec;
    if (!command) throw new ConfigError('KubeconfigInvalid', 'the exec plugin has no command');
    if (!apiVersion || !apiVersions.includes(apiVersion)) {
      throw new ConfigError(
        'Unsupported',
        `the exec plugin ${command} speaks ${apiVersion ?? 'no apiVersion'}; supported are ${apiVersions.join(' and ')}`,
      );
    }
    if (interactiveMode === 'Always') {
      throw new ConfigError(
        'Unsupported',
        `the exec plugin ${command} must ask somebody, and nobody is here`,
      );
    }
    this.#exec = { ...exec, command };
    this.#options = options;
  }

  async get(): Promise<Credential> {
    if (this.#cached && this.#cached.expiresAt > this.#options.clock.now()) return this.#cached.credential;
    // Requests at the same time share one run.
    this.#running ??= this.#run().finally(() => (this.#running = undefined));
    this.#cached = await this.#running;
    return this.#cached.credential;
  }

  refresh(refused: Credential): boolean {
    // Of many requests that were refused together, the first has the plugin run; the others use its answer.
    if (this.#cached?.credential === refused) this.#cached = undefined;
    return true;
  }

  async #run(): Promise<Cached> {
    const { code, stdout, stderr } = await this.#spawn();
    if (code !== 0) throw this.#failure(`ended with ${code}`, stderr);
    let answer: ExecCredential;
    try {
      answer = JSON.parse(stdout) as ExecCredential;
    } catch {
      // The parser's message would quote the output, which may be the token.
      throw this.#failure('did not print an ExecCredential', stderr);
    }
    if (answer?.kind !== 'ExecCredential' || answer.apiVersion !== this.#exec.apiVersion) {
      throw this.#failure(`did not print an ExecCredential of ${this.#exec.apiVersion}`, stderr);
    }
    const {
      token,
      clientCertificateData: cert,
      clientKeyData: key,
      expirationTimestamp,
    } = answer.status ?? {};
    this.#secrets = [token, key].filter((secret): secret is string => Boolean(secret));
    if (!token && !(cert && key)) {
      throw this.#failure('gave neither a token nor a client certificate with its key', stderr);
    }
    const expiresAt = expirationTimestamp === undefined ? Infinity : Date.parse(expirationTimestamp);
    if (Number.isNaN(expiresAt)) throw this.#failure('gave an expirationTimestamp that is no time', stderr);
    const credential: Credential = {
      ...(token ? { token } : {}),
      ...(cert && key ? { clientCertificate: { cert, key } } : {}),
    };
    return { credential, expiresAt };
  }

  #spawn(): Promise<{ code: number | string; stdout: string; stderr: string }> {
    const { command, args, env } = this.#exec;
    const added = Object.fromEntries((env ?? []).map(({ name, value }) => [name, value]));
    const child = spawn(command, args ?? [], {
      env: { ...this.#options.env, ...added, KUBERNETES_EXEC_INFO: JSON.stringify(this.#execInfo()) },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: this.#options.timeoutMs ?? 60_000,
      killSignal: 'SIGKILL',
    });
    return new Promise((resolve, reject) => {
      const output = { stdout: '', stderr: '' };
      for (const name of ['stdout', 'stderr'] as const) {
        child[name].setEncoding('utf8').on('data', (text: string) => {
          if (output[name].length < maxOutputBytes) output[name] += text;
        });
      }
      child.once('error', (error) => reject(this.#failure('could not be started', '', error)));
      child.once('exit', (code, signal) => {
        const end = (): void => resolve({ code: code ?? signal ?? 'no exit code', ...output });
        // The plugin may leave children that keep the pipes open.
        if (signal !== null) return end();
        const cancel = this.#options.clock.setTimeout(end, afterExitMs);
        child.once('close', () => {
          cancel();
          end();
        });
      });
    });
  }

  #execInfo(): object {
    const { cluster, ca } = this.#options;
    const spec: Record<string, unknown> = { interactive: false };
    if (this.#exec.provideClusterInfo) {
      const config = cluster.extensions?.find(({ name }) => name === clusterExtension)?.extension;
      spec['cluster'] = {
        server: cluster.server,
        'tls-server-name': cluster['tls-server-name'],
        'insecure-skip-tls-verify': cluster['insecure-skip-tls-verify'],
        'certificate-authority-data': ca === undefined ? undefined : Buffer.from(ca).toString('base64'),
        'proxy-url': cluster['proxy-url'],
        config,
      };
    }
    return { apiVersion: this.#exec.apiVersion, kind: 'ExecCredential', spec };
  }

  #failure(what: string, stderr: string, cause?: unknown): ConfigError {
    const { command, installHint } = this.#exec;
    let said = stderr.trim().slice(-maxStderrLength);
    for (const secret of this.#secrets) said = said.replaceAll(secret, '***');
    const parts = [`the exec plugin ${command} ${what}`, said, installHint].filter(Boolean);
    return new ConfigError('PluginFailed', parts.join(': '), cause === undefined ? undefined : { cause });
  }
}

interface ExecCredential {
  apiVersion?: string;
  kind?: string;
  status?: {
    token?: string;
    clientCertificateData?: string;
    clientKeyData?: string;
    expirationTimestamp?: string;
  };
}
