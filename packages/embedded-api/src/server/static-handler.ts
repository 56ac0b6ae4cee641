import type { Discovery, StaticDocument } from '../discovery/discovery.ts';
import type { OpenApi } from '../openapi/openapi.ts';
import { openApiV2 } from '../openapi/v2.ts';
import { methodNotAllowed, noSuchResource } from '../status-error.ts';
import { sendText } from './answer.ts';
import type { ApiRequest } from './api-request.ts';
import { healthAnswer } from './health.ts';
import type { HealthCheck } from './health.ts';
import type { ApiMetrics } from './metrics.ts';
import { serverVersion } from './server-version.ts';

/** What requests beside resources are answered from. */
export interface StaticHandlerOptions {
  discovery: Discovery;
  openApi: OpenApi;
  metrics: ApiMetrics;
  checks: readonly HealthCheck[];
}

const openApiRoot = '/openapi/v3';

/** Answers requests that address no resource: discovery, OpenAPI, version, health, metrics. */
export class StaticHandler {
  readonly #options: StaticHandlerOptions;

  constructor(options: StaticHandlerOptions) {
    this.#options = options;
  }

  async handle(request: ApiRequest): Promise<void> {
    const { http, response, query, info } = request;
    const path = info.path.length > 1 ? info.path.replace(/\/+$/, '') : info.path;
    const { discovery, openApi, metrics, checks } = this.#options;
    const health = healthAnswer(path, query, checks);
    if (!health && http.method !== 'GET' && http.method !== 'HEAD') throw methodNotAllowed();
    if (health) {
      return sendText(http, response, health.code, health.text, 'text/plain; charset=utf-8');
    }
    if (path === '/version') {
      return sendText(http, response, 200, `${JSON.stringify(serverVersion, undefined, 2)}\n`);
    }
    if (path === '/metrics') {
      const { text, contentType } = metrics.text();
      return sendText(http, response, 200, text, contentType);
    }
    if (path === '/') return sendText(http, response, 200, `${JSON.stringify({ paths: this.#paths() })}\n`);
    if (path === openApiRoot) return sendDocument(request, openApi.index());
    if (path.startsWith(`${openApiRoot}/`)) return this.#openApi(request, path.slice(openApiRoot.length + 1));
    if (path === '/openapi/v2') {
      response.setHeader('vary', 'Accept');
      return sendDocument(request, openApiV2(serverVersion.gitVersion, http.headers.accept));
    }
    const document = discovery.document(path, http.headers.accept);
    if (!document) {
      throw noSuchResource();
    }
    response.setHeader('vary', 'Accept');
    return sendDocument(request, document);
  }

  async #openApi(request: ApiRequest, path: string): Promise<void> {
    const { response, query } = request;
    const document = this.#options.openApi.document(path);
    if (!document) {
      throw noSuchResource();
    }
    const hash = query.get('hash');
    if (hash && hash !== document.hash) {
      const location = `${openApiRoot}/${path}?hash=${document.hash}`;
      response.writeHead(301, { location, 'content-length': 0 }).end();
      return;
    }
    if (hash) response.setHeader('cache-control', 'public, immutable');
    return sendDocument(request, document);
  }

  #paths(): string[] {
    const checks = this.#options.checks.map(({ name }) => name);
    const health = ['/healthz', '/livez', '/readyz'].flatMap((root) => [
      root,
      ...checks.map((c) => `${root}/${c}`),
    ]);
    return ['/api', '/api/v1', '/apis', ...health, '/metrics', '/openapi/v2', openApiRoot, '/version'];
  }
}

/** Sends a document, or 304 when the client has it. */
async function sendDocument({ http, response }: ApiRequest, document: StaticDocument): Promise<void> {
  response.setHeader('etag', document.etag);
  if (http.headers['if-none-match'] === document.etag) {
    response.writeHead(304).end();
    return;
  }
  await sendText(http, response, 200, document.body, document.contentType);
}
