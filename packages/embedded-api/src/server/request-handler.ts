import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { Authenticator } from '../authn/authenticator.ts';
import { clientCertificate } from '../authn/client-certificate.ts';
import { forbiddenRequest } from '../authz/authorizer.ts';
import type { Authorizer } from '../authz/authorizer.ts';
import type { Registry } from '../registry/registry.ts';
import type { RequestAttributes } from '../served-resource.ts';
import { sendError, statusOf } from './answer.ts';
import type { ApiRequest } from './api-request.ts';
import { impersonated } from './impersonation.ts';
import type { ApiMetrics } from './metrics.ts';
import { requestInfo } from './request-info.ts';
import type { RequestInfo } from './request-info.ts';
import { selectedName } from './resource-handler.ts';
import type { ResourceHandler } from './resource-handler.ts';
import type { StaticHandler } from './static-handler.ts';

/** What a request passes through. */
export interface RequestHandlerOptions {
  registry: Registry;
  authenticator: Authenticator;
  authorizer: Authorizer;
  resources: ResourceHandler;
  documents: StaticHandler;
  metrics: ApiMetrics;
  /** Told of failures that are the server's own, and of nothing else. */
  report: (error: unknown) => void;
}

/** Takes a request from the socket to its answer: authentication, authorisation, the verb, errors, metrics. */
export class RequestHandler {
  readonly #options: RequestHandlerOptions;
  readonly #inFlight = new Map<ServerResponse, RequestInfo | undefined>();
  #draining = false;

  constructor(options: RequestHandlerOptions) {
    this.#options = options;
  }

  /** Requests that are being answered, watches included. */
  get inFlight(): number {
    return this.#inFlight.size;
  }

  /**
   * Ends what would go on for ever: watches in order, logs by a cut, so that nobody takes them for complete. Other
   * requests are the last ones of their connections, else a busy client would keep its connection for good.
   */
  drain(): void {
    this.#draining = true;
    for (const [response, info] of this.#inFlight) {
      if (info?.verb === 'watch') response.end();
      else if (info?.subresource === 'log') response.destroy();
      else if (!response.headersSent) response.shouldKeepAlive = false;
    }
  }

  /** Never rejects. */
  async handle(http: IncomingMessage, response: ServerResponse): Promise<void> {
    const begun = performance.now();
    this.#inFlight.set(response, undefined);
    if (this.#draining) response.shouldKeepAlive = false;
    // Such as a write after the end: without a listener it would end the process.
    response.on('error', this.#options.report);
    let info: RequestInfo | undefined;
    try {
      const [path, queryText = ''] = splitUrl(http.url ?? '/');
      const query = new URLSearchParams(queryText);
      info = requestInfo(http.method ?? 'GET', path, query);
      this.#inFlight.set(response, info);
      await this.#answer(http, response, info, query);
    } catch (error) {
      await this.#refuse(http, response, error);
    } finally {
      this.#inFlight.delete(response);
      // An answer whose header had promised otherwise.
      if (this.#draining) http.socket.destroySoon();
      const { verb = '', group = '', version = '', plural: resource = '', subresource = '' } = info ?? {};
      const seconds = (performance.now() - begun) / 1000;
      const known = resource !== '' && this.#options.registry.find(group, version, resource) !== undefined;
      const labels = known
        ? { verb, group, version, resource, subresource }
        : { verb: '', group: '', version: '', resource: '', subresource: '' };
      this.#options.metrics.observe({ ...labels, code: response.statusCode, seconds });
    }
  }

  async #refuse(http: IncomingMessage, response: ServerResponse, error: unknown): Promise<void> {
    // The client left, or the server ended the connection: nobody is there to be answered.
    if (response.destroyed) return;
    try {
      await sendError(http, response, statusOf(error, this.#options.report));
    } catch (failure) {
      this.#options.report(failure);
      response.destroy();
    }
  }

  async #answer(
    http: IncomingMessage,
    response: ServerResponse,
    info: RequestInfo,
    query: URLSearchParams,
  ): Promise<void> {
    const { authenticator, authorizer, registry, resources, documents } = this.#options;
    const certificate = clientCertificate(http.socket as TLSSocket);
    const authenticated = authenticator.authenticate({
      certificate,
      authorization: http.headers.authorization,
      path: info.path,
    });
    const user = impersonated(http.headers, authenticated, authorizer);
    const resource = info.resourceRequest ? registry.find(info.group, info.version, info.plural) : undefined;
    const attributes: RequestAttributes = {
      user,
      verb: info.verb,
      group: info.group,
      version: info.version,
      resource: info.plural,
      subresource: info.subresource,
      namespace: info.namespace,
      name: info.name || (info.verb === 'list' || info.verb === 'watch' ? selectedName(query, resource) : ''),
      resourceRequest: info.resourceRequest,
      path: info.path,
    };
    const decision = authorizer.authorize(attributes);
    if (!decision.allowed) throw forbiddenRequest(attributes, decision.reason);
    const request: ApiRequest = { http, response, query, info, user };
    await (info.resourceRequest ? resources.handle(request) : documents.handle(request));
  }
}

function splitUrl(url: string): [path: string, query?: string] {
  const mark = url.indexOf('?');
  return mark < 0 ? [url] : [url.slice(0, mark), url.slice(mark + 1)];
}
