import { mkdirSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import { webhookConfigurationStrategy } from './admission/webhook-configuration-strategy.ts';
import { webhookStorageKeys } from './admission/webhook-configuration.ts';
import { AdmissionWebhooks } from './admission/webhooks.ts';
import { selfSubjectReview, tokenReview } from './authn/authentication-reviews.ts';
import { Authenticator } from './authn/authenticator.ts';
import { ServiceAccountTokens } from './authn/service-account-tokens.ts';
import { StaticTokens, parseTokenFile } from './authn/static-tokens.ts';
import { mastersGroup } from './authn/system-users.ts';
import { tokenRequest } from './authn/token-request.ts';
import { accessReviews } from './authz/access-reviews.ts';
import { Authorizer } from './authz/authorizer.ts';
import { EscalationAdmission } from './authz/escalation.ts';
import { builtinResources } from './builtin/resources.ts';
import { ServiceAllocator } from './builtin/strategy/service-allocator.ts';
import type { Controller, ControllerContext } from './controllers/controller.ts';
import { startControllers } from './controllers/controllers.ts';
import { protectedNamespaces } from './controllers/namespaces/protected-namespaces.ts';
import { DefinitionController } from './crd/definition-controller.ts';
import { definitionStrategy } from './crd/definition-strategy.ts';
import { Discovery } from './discovery/discovery.ts';
import { OpenApi } from './openapi/openapi.ts';
import { writeKubeconfig } from './pki/kubeconfig.ts';
import { loadOrCreatePki } from './pki/pki.ts';
import type { Pki } from './pki/pki.ts';
import { Registry } from './registry/registry.ts';
import type { ServedResource, Strategy } from './served-resource.ts';
import type { HealthCheck } from './server/health.ts';
import { listen } from './server/https-server.ts';
import type { HttpsServer } from './server/https-server.ts';
import { ApiMetrics } from './server/metrics.ts';
import { Operations } from './server/operations.ts';
import { RequestHandler } from './server/request-handler.ts';
import { ResourceHandler } from './server/resource-handler.ts';
import { serverVersion } from './server/server-version.ts';
import { StaticHandler } from './server/static-handler.ts';
import { WatchHub } from './server/watch-hub.ts';
import { Store } from './storage/store.ts';
import type { StoreOptions } from './storage/store.ts';

/** Receives what goes wrong inside the server; pino fits. */
export interface ApiServerLogger {
  error(bindings: object, message: string): void;
}

/** Options of `startApiServer`. */
export interface ApiServerOptions {
  /** Holds the database, keys and kubeconfig; created when missing. */
  dataDir: string;
  /** Address to bind to; 127.0.0.1 when absent. */
  host?: string;
  /** 0 takes a free one; 6443 when absent. */
  port?: number;
  /** Addresses that Services get, in CIDR form; 10.96.0.0/12 when absent. */
  serviceCidr?: string;
  /** File of further bearer tokens, `token,user,uid,"group1,group2"` in each line as kube-apiserver reads it. */
  tokenAuthFile?: string;
  /** Bounds of the history that watches resume from. */
  history?: StoreOptions['history'];
  /** Bytes that may wait for a slow watcher before its connection is cut; 4 MiB when absent. */
  maxWatchBufferBytes?: number;
  logger?: ApiServerLogger;
  /** Closes the server. */
  signal?: AbortSignal;
}

/** A running server. */
export interface ApiServer {
  /** Such as `https://127.0.0.1:6443`. */
  url: string;
  port: number;
  /** Path of a kubeconfig of the administrator, readable by its owner only. */
  kubeconfig: string;
  /** Certificate of the authority that signed the server's certificate, PEM. */
  ca: string;
  /** The server's certificates and tokens, and where their files are. */
  pki: Pki;
  /** Answers what is being asked, ends watches, and leaves the data folder complete and free. */
  close(): Promise<void>;
}

const defaultServiceCidr = '10.96.0.0/12';
const defaultWatchBuffer = 4 * 1024 * 1024;
const closeGraceMs = 10_000;

/**
 * Starts the API server on a data folder. Resolves when everything stored is served, the default policy and
 * namespaces are there, and clients may connect. Throws `StorageError` for a folder that is in use, damaged or from a
 * newer release, `PkiError` for unreadable keys, and the system's error for a port that is taken.
 */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const dataDir = resolve(options.dataDir);
  options.signal?.throwIfAborted();
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const report = (error: unknown, what = 'request failed'): void =>
    options.logger?.error({ err: error }, what);
  const store = new Store(dataDir, {
    ...(options.history ? { history: options.history } : {}),
    onError: (error) => report(error, 'storage failed'),
  });
  const cleanup: (() => Promise<void> | void)[] = [() => store.close()];
  const close = async (): Promise<void> => {
    for (const step of cleanup.splice(0).reverse()) await step();
  };
  try {
    const server = await assemble(options, dataDir, store, cleanup, report);
    let closing: Promise<void> | undefined;
    const closeOnce = (): Promise<void> => (closing ??= close());
    const onAbort = (): void => void closeOnce().catch((error: unknown) => report(error, 'closing failed'));
    options.signal?.addEventListener('abort', onAbort, { once: true });
    if (options.signal?.aborted) onAbort();
    return { ...server, close: closeOnce };
  } catch (error) {
    await close();
    throw error;
  }
}

async function assemble(
  options: ApiServerOptions,
  dataDir: string,
  store: Store,
  cleanup: (() => Promise<void> | void)[],
  report: (error: unknown, what?: string) => void,
): Promise<Omit<ApiServer, 'close'>> {
  const host = options.host ?? '127.0.0.1';
  const serviceIp = firstAddress(options.serviceCidr ?? defaultServiceCidr);
  const pki = loadOrCreatePki(dataDir, { host, serviceIp });
  const registry = new Registry(servedBuiltins());
  const authorizer = new Authorizer(store);
  const tokens = new ServiceAccountTokens(pki.serviceAccountKey, store);
  const staticTokens = new StaticTokens();
  staticTokens.add(pki.adminToken, { username: 'kubernetes-admin', groups: [mastersGroup] });
  if (options.tokenAuthFile) {
    const entries = parseTokenFile(readFileSync(options.tokenAuthFile, 'utf8'));
    for (const { token, user } of entries) staticTokens.add(token, user);
  }
  const authenticator = new Authenticator(staticTokens, tokens);
  const services = new ServiceAllocator({
    services: () => store.list('services'),
    ...(options.serviceCidr ? { clusterIPRanges: [options.serviceCidr] } : {}),
  });
  const webhooks = new AdmissionWebhooks({
    store,
    registry,
    onIgnoredFailure: (webhook, error) => report(error, `${webhook} failed and was ignored`),
  });
  cleanup.push(() => webhooks.close());
  const operations = new Operations({
    registry,
    store,
    admissions: [protectedNamespaces, new EscalationAdmission(authorizer), webhooks],
    allocators: [services],
  });
  const context: ControllerContext = {
    verbs: operations,
    store,
    registry,
    onError: (controller, error) => report(error, `${controller} failed`),
    now: () => new Date(),
  };
  const definitions = new DefinitionController(context);
  cleanup.push(() => definitions.stop());
  await definitions.settled();

  const hub = new WatchHub(store, (error) => report(error, 'a change could not be shown to a watcher'));
  let ready = false;
  const checks: HealthCheck[] = [
    { name: 'ping', vital: true, problem: () => undefined },
    { name: 'storage', vital: true, problem: () => storageProblem(store) },
    { name: 'bootstrap', vital: false, problem: () => (ready ? undefined : 'not finished') },
  ];
  const metrics = new ApiMetrics({
    watchers: () => hub.size,
    resourceVersion: () => store.resourceVersion,
    inFlight: () => handler.inFlight,
  });
  const handler = new RequestHandler({
    registry,
    authenticator,
    authorizer,
    metrics,
    report,
    documents: new StaticHandler({
      discovery: new Discovery(registry, host),
      openApi: new OpenApi(registry, serverVersion.gitVersion),
      metrics,
      checks,
    }),
    resources: new ResourceHandler({
      registry,
      store,
      operations,
      watches: { store, hub, maxBufferedBytes: options.maxWatchBufferBytes ?? defaultWatchBuffer },
      virtual: [
        tokenReview(authenticator),
        selfSubjectReview(),
        tokenRequest(tokens, store),
        ...accessReviews(authorizer),
      ],
      kubelets: { ca: pki.ca, client: pki.kubeletClient },
    }),
  });
  const https: HttpsServer = await listen(pki, handler, host, options.port ?? 6443, report);
  const unsubscribe = registry.onChange(() =>
    hub.endUnserved(
      (resource) => registry.find(resource.group, resource.version, resource.plural) === resource,
    ),
  );
  cleanup.push(() => {
    unsubscribe();
    handler.drain();
    hub.close();
    return https.close(closeGraceMs);
  });
  const controllers: Controller = await startControllers({
    ...context,
    tokens,
    ca: pki.ca,
    address: { serviceIp, port: https.port, ...advertised(host, https.port) },
  });
  cleanup.push(() => controllers.stop());
  ready = true;
  const url = `https://${reachable(host)}:${https.port}`;
  const kubeconfig = join(dataDir, 'kubeconfig');
  writeKubeconfig(kubeconfig, url, pki);
  return { url, port: https.port, kubeconfig, ca: pki.ca, pki };
}

const strategies: Record<string, Strategy> = {
  'customresourcedefinitions.apiextensions.k8s.io': definitionStrategy,
  [webhookStorageKeys.mutating]: webhookConfigurationStrategy.mutating,
  [webhookStorageKeys.validating]: webhookConfigurationStrategy.validating,
};

function servedBuiltins(): ServedResource[] {
  return builtinResources().map((resource) => {
    const strategy = strategies[resource.storageKey];
    return strategy ? { ...resource, strategy } : resource;
  });
}

function storageProblem(store: Store): string | undefined {
  try {
    store.list('namespaces');
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The first address of a range, which the `kubernetes` Service has: 10.96.0.1 of 10.96.0.0/12. */
function firstAddress(cidr: string): string {
  const base = cidr.split('/')[0]!;
  if (isIP(base) === 6) return base.endsWith('::') ? `${base}1` : base;
  const parts = base.split('.').map(Number);
  return [...parts.slice(0, 3), parts[3]! + 1].join('.');
}

/** An address of the server for clients on this machine. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return isIP(host) === 6 ? `[${host}]` : host;
}

const advertised = (host: string, port: number): { advertised?: { ip: string; port: number } } =>
  isIP(host) !== 0 && !host.startsWith('127.') && host !== '::1' && host !== '0.0.0.0' && host !== '::'
    ? { advertised: { ip: host, port } }
    : {};
