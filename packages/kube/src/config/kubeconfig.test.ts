import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { KubeClient } from '../client/kube-client.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { MemoryApi } from '../testing/memory-api.ts';
import { until } from '../testing/until.ts';
import { inClusterConfig } from './in-cluster.ts';
import { loadKubeconfig } from './kubeconfig.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubeconfig-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function write(name: string, content: string | object): Promise<string> {
  const path = join(folder, name);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

function file(parts: { user?: object; cluster?: object; context?: object; name?: string }): object {
  const { name = 'one' } = parts;
  return {
    'current-context': name,
    clusters: [{ name, cluster: { server: `https://${name}:6443`, ...parts.cluster } }],
    users: [{ name, user: parts.user ?? {} }],
    contexts: [{ name, context: { cluster: name, user: name, ...parts.context } }],
  };
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('loadKubeconfig', () => {
  test('reads the current context, or the one that is named', async () => {
    const path = await write(
      'config',
      `
apiVersion: v1
kind: Config
current-context: a
clusters:
- {name: c1, cluster: {server: "https://c1", certificate-authority-data: ${base64('CA')}, tls-server-name: inner}}
- {name: c2, cluster: {server: "http://c2:8080/prefix", insecure-skip-tls-verify: true, proxy-url: "http://proxy:3128"}}
users:
- {name: u1, user: {token: secret}}
contexts:
- {name: a, context: {cluster: c1, user: u1, namespace: shop}}
- {name: b, context: {cluster: c2}}
`,
    );
    const a = await loadKubeconfig({ path });
    expect(a).toMatchObject({
      server: 'https://c1',
      namespace: 'shop',
      tls: { ca: 'CA', serverName: 'inner' },
    });
    expect(await a.credentials?.get()).toEqual({ token: 'secret' });
    const b = await loadKubeconfig({ path, context: 'b' });
    expect(b).toMatchObject({
      server: 'http://c2:8080/prefix',
      namespace: 'default',
      tls: { insecureSkipVerify: true },
      proxyUrl: 'http://proxy:3128',
    });
    expect(await b.credentials?.get()).toEqual({});
  });

  test('merges the files of KUBECONFIG: the first one wins, paths are relative to their file', async () => {
    await write('two/token', 'from-file\n');
    const one = await write('one/config', { ...file({ user: { token: 'first' } }), 'current-context': '' });
    const two = await write('two/config', {
      'current-context': 'two',
      clusters: [
        { name: 'one', cluster: { server: 'https://ignored' } },
        { name: 'two', cluster: { server: 'https://two', 'certificate-authority': 'ca.pem' } },
      ],
      users: [
        { name: 'one', user: { token: 'ignored' } },
        { name: 'two', user: { tokenFile: 'token', token: 'less' } },
      ],
      contexts: [{ name: 'two', context: { cluster: 'two', user: 'two' } }],
    });
    await write('two/ca.pem', 'CA 2');
    const env = { KUBECONFIG: `${join(folder, 'none')}:${one}::${two}` };
    const current = await loadKubeconfig({ env });
    expect(current).toMatchObject({ server: 'https://two', tls: { ca: 'CA 2' } });
    expect(await current.credentials?.get()).toEqual({ token: 'from-file' });
    const other = await loadKubeconfig({ env, context: 'one' });
    expect(other.server).toBe('https://one:6443');
    expect(await other.credentials?.get()).toEqual({ token: 'first' });
  });

  test('takes ~/.kube/config, then the service account of the pod', async () => {
    const env: NodeJS.ProcessEnv = { HOME: folder };
    await expect(loadKubeconfig({ env })).rejects.toMatchObject({ code: 'NoConfiguration' });
    const inPod = { ...env, KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443' };
    await expect(loadKubeconfig({ env: inPod })).rejects.toMatchObject({ code: 'CredentialUnreadable' });
    const named = loadKubeconfig({ env: inPod, context: 'one' });
    await expect(named).rejects.toMatchObject({ code: 'NoConfiguration' });
    await write('.kube/config', file({}));
    expect((await loadKubeconfig({ env: inPod })).server).toBe('https://one:6443');
  });

  test('reads client certificates from data and from files, both halves or none', async () => {
    const data = { 'client-certificate-data': base64('CERT'), 'client-key-data': base64('KEY') };
    const inline = await loadKubeconfig({ path: await write('inline', file({ user: data })) });
    const certificate = { clientCertificate: { cert: 'CERT', key: 'KEY' } };
    expect(await inline.credentials?.get()).toEqual(certificate);
    await write('cert.pem', 'CERT');
    await write('key.pem', 'KEY');
    const paths = { 'client-certificate': 'cert.pem', 'client-key': 'key.pem' };
    const files = await loadKubeconfig({ path: await write('files', file({ user: paths })) });
    expect(await files.credentials?.get()).toEqual(certificate);
    const half = await loadKubeconfig({
      path: await write('half', file({ user: { 'client-certificate': 'cert.pem' } })),
    });
    await expect(half.credentials?.get()).rejects.toMatchObject({ code: 'KubeconfigInvalid' });
  });

  test('reads a token file again after a minute or a refresh, and bears that it is away for a moment', async () => {
    const clock = new FakeClock();
    const token = await write('token', 'one');
    const path = await write('config', file({ user: { tokenFile: 'token' } }));
    const { credentials } = await loadKubeconfig({ path, clock });
    expect(await credentials?.get()).toEqual({ token: 'one' });
    await write('token', 'two');
    expect(await credentials?.get()).toEqual({ token: 'one' });
    clock.advance(60_000);
    expect(await credentials?.get()).toEqual({ token: 'two' });
    await write('token', 'three');
    expect(credentials?.refresh({})).toBe(true);
    expect(await credentials?.get()).toEqual({ token: 'three' });
    await rm(token);
    clock.advance(60_000);
    expect(await credentials?.get()).toEqual({ token: 'three' });
  });

  test.each([
    ['KubeconfigUnreadable', undefined, {}],
    ['KubeconfigInvalid', 'users: [{name: x, user: {token: hunter2', {}],
    ['KubeconfigInvalid', '- hunter2', {}],
    ['KubeconfigInvalid', { clusters: 'hunter2' }, {}],
    ['ContextNotFound', {}, {}],
    ['ContextNotFound', file({}), { context: 'other' }],
    ['KubeconfigInvalid', file({ cluster: { server: '' } }), {}],
    ['KubeconfigInvalid', file({ cluster: { server: 'hunter2' } }), {}],
    ['KubeconfigInvalid', file({ cluster: { 'proxy-url': 'socks5://me:hunter2@proxy' } }), {}],
    ['KubeconfigInvalid', file({ context: { user: 'missing' } }), {}],
    ['KubeconfigUnreadable', file({ cluster: { 'certificate-authority': 'none.pem' } }), {}],
    ['Unsupported', file({ user: { as: 'somebody', token: 'hunter2' } }), {}],
    ['Unsupported', file({ user: { 'auth-provider': { name: 'gcp' } } }), {}],
    [
      'Unsupported',
      file({ user: { exec: { command: 'x', apiVersion: 'client.authentication.k8s.io/v1alpha1' } } }),
      {},
    ],
    [
      'Unsupported',
      file({
        user: {
          exec: { command: 'x', apiVersion: 'client.authentication.k8s.io/v1', interactiveMode: 'Always' },
        },
      }),
      {},
    ],
  ])('rejects with %s for %j, without a secret in the message', async (code, content, options) => {
    const path = content === undefined ? join(folder, 'none') : await write('config', content);
    const error = await loadKubeconfig({ path, ...options }).catch((caught: unknown) => caught as Error);
    expect(error).toMatchObject({ code });
    expect(`${(error as Error).message} ${String((error as Error).cause)}`).not.toContain('hunter2');
  });
});

describe('inClusterConfig', () => {
  test('reads the service account, and its token again when it rotates', async () => {
    const clock = new FakeClock();
    await write('token', 'one');
    await write('ca.crt', 'CA');
    await write('namespace', 'shop\n');
    const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };
    const config = await inClusterConfig({ env, folder, clock });
    expect(config).toMatchObject({ server: 'https://[fd00::1]:443', namespace: 'shop', tls: { ca: 'CA' } });
    await write('token', 'two');
    clock.advance(60_000);
    expect(await config.credentials?.get()).toEqual({ token: 'two' });
  });

  test('says when this is no pod', async () => {
    await expect(inClusterConfig({ env: {}, folder })).rejects.toMatchObject({ code: 'NoConfiguration' });
  });
});

describe('an exec plugin', () => {
  /** A plugin that counts its runs, keeps what it was told, and does what the script says. */
  async function plugin(script: string, exec: object = {}): Promise<string> {
    const command = await write(
      'bin/plugin',
      `#!/bin/sh\necho run >>"${folder}/runs"\nprintf %s "$KUBERNETES_EXEC_INFO" >"${folder}/info"\n${script}\n`,
    );
    await chmod(command, 0o755);
    const apiVersion = 'client.authentication.k8s.io/v1';
    const user = { exec: { command: 'bin/plugin', apiVersion, interactiveMode: 'IfAvailable', ...exec } };
    return write('config', file({ user, cluster: { 'certificate-authority-data': base64('CA') } }));
  }

  async function text(name: string): Promise<string> {
    const { readFile } = await import('node:fs/promises');
    return readFile(join(folder, name), 'utf8');
  }

  const credential = (status: object, version = 'v1'): string =>
    `cat <<'END'\n${JSON.stringify({ apiVersion: `client.authentication.k8s.io/${version}`, kind: 'ExecCredential', status })}\nEND`;

  test('gives a token that is kept until it expires or is refused', async () => {
    const clock = new FakeClock();
    const expirationTimestamp = new Date(clock.now() + 3_600_000).toISOString();
    const path = await plugin(credential({ token: 'secret', expirationTimestamp }));
    const { credentials } = await loadKubeconfig({ path, clock });
    expect(await Promise.all([credentials?.get(), credentials?.get()])).toEqual([
      { token: 'secret' },
      { token: 'secret' },
    ]);
    await credentials?.get();
    expect(await text('runs')).toBe('run\n');
    const refused = (await credentials?.get()) ?? {};
    // Many requests are refused together, and their answers come one after the other.
    expect(credentials?.refresh(refused)).toBe(true);
    await credentials?.get();
    expect(credentials?.refresh(refused)).toBe(true);
    await credentials?.get();
    expect(await text('runs')).toBe('run\nrun\n');
    clock.advance(3_600_000);
    await credentials?.get();
    expect(await text('runs')).toBe('run\nrun\nrun\n');
  });

  test('is given arguments and environment without a shell, and knows that nobody answers questions', async () => {
    const path = await plugin(
      `printf '%s|' "$1" "$EXTRA" >"${folder}/given"\n${credential({ token: 't' })}`,
      {
        args: ['$(id); `id`'],
        env: [{ name: 'EXTRA', value: 'a b' }],
      },
    );
    await (await loadKubeconfig({ path })).credentials?.get();
    expect(await text('given')).toBe('$(id); `id`|a b|');
    expect(JSON.parse(await text('info'))).toEqual({
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      spec: { interactive: false },
    });
  });

  test('is told about the cluster when it wants to be, and may speak v1beta1', async () => {
    const path = await plugin(credential({ token: 't' }, 'v1beta1'), {
      apiVersion: 'client.authentication.k8s.io/v1beta1',
      provideClusterInfo: true,
    });
    expect(await (await loadKubeconfig({ path })).credentials?.get()).toEqual({ token: 't' });
    expect(JSON.parse(await text('info'))).toMatchObject({
      spec: { cluster: { server: 'https://one:6443', 'certificate-authority-data': base64('CA') } },
    });
  });

  test('may give a client certificate', async () => {
    const path = await plugin(credential({ clientCertificateData: 'CERT', clientKeyData: 'KEY' }));
    expect(await (await loadKubeconfig({ path })).credentials?.get()).toEqual({
      clientCertificate: { cert: 'CERT', key: 'KEY' },
    });
  });

  test.each([
    ['ended with 3: log in first: install it', 'echo "log in first" >&2; exit 3'],
    ['did not print an ExecCredential', 'echo hunter2'],
    ['did not print an ExecCredential of', credential({ token: 'hunter2' }, 'v1beta1')],
    ['gave neither a token nor a client certificate', credential({ clientCertificateData: 'hunter2' })],
    [
      'gave an expirationTimestamp that is no time',
      credential({ token: 'hunter2', expirationTimestamp: 'soon' }),
    ],
  ])('that %s is an error which names it and no secret', async (what, script) => {
    const path = await plugin(script, { installHint: 'install it' });
    const { credentials } = await loadKubeconfig({ path });
    const error = await credentials?.get().catch((caught: unknown) => caught as Error);
    expect(error).toMatchObject({ code: 'PluginFailed' });
    expect((error as Error).message).toContain(`the exec plugin ${join(folder, 'bin/plugin')} ${what}`);
    expect((error as Error).message).not.toContain('hunter2');
  });

  test('that is killed does not hold anybody up, even when its children live on', async () => {
    const path = await plugin('sleep 3 & kill -KILL $$');
    const { credentials } = await loadKubeconfig({ path });
    await expect(credentials?.get()).rejects.toThrow(/ended with SIGKILL/u);
  });

  test('that ends well does not hold anybody up either', async () => {
    const clock = new FakeClock();
    const path = await plugin(`${credential({ token: 'secret' })}\nsleep 3 &`);
    const { credentials } = await loadKubeconfig({ path, clock });
    const got = credentials?.get();
    await until('the end of the plugin', () => clock.pending.length === 1);
    clock.advance(2000);
    expect(await got).toEqual({ token: 'secret' });
  });

  test('that is not installed is an error with its hint', async () => {
    const path = await plugin('', { command: 'no-such-plugin', installHint: 'get it there' });
    const { credentials } = await loadKubeconfig({ path });
    await expect(credentials?.get()).rejects.toThrow(
      'the exec plugin no-such-plugin could not be started: get it there',
    );
  });
});

test('requests go through the proxy', async () => {
  const api = await MemoryApi.start();
  const targets: string[] = [];
  const proxy = createServer((request, response) => {
    targets.push(request.url ?? '');
    const { host, hostname, port, pathname } = new URL(request.url ?? '');
    const upstream = connect(Number(port), hostname, () => {
      upstream.write(`GET ${pathname} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`);
    });
    upstream.pipe(response.socket!);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const { port } = proxy.address() as AddressInfo;
  api.put('/api/v1/namespaces/shop/configmaps/a', {});
  const client = new KubeClient({ ...api.config, proxyUrl: `http://127.0.0.1:${port}` });
  try {
    await client.json({ path: '/api/v1/namespaces/shop/configmaps/a' });
    expect(targets).toEqual([`${api.config.server}/api/v1/namespaces/shop/configmaps/a`]);
  } finally {
    await client.close();
    proxy.closeAllConnections();
    await new Promise((resolve) => proxy.close(resolve));
    await api.close();
  }
});
