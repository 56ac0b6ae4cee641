import { createHash } from 'node:crypto';
import type { LookupFunction } from 'node:net';
import { LRUCache } from 'lru-cache';
import { Agent, ProxyAgent } from 'undici';
import type { Dispatcher } from 'undici';
import type { OutgoingTls } from './outgoing-http.ts';
import { tlsOptions } from './tls-options.ts';

/** Most settings of TLS and proxy whose connections are kept open; the one unused for longest goes first. */
const maxAgents = 64;

/** Most connections to one origin. */
const maxConnections = 32;

/** Connections by TLS and proxy settings: requests with different ones never share one. */
export class OutgoingAgents {
  readonly #lookup: LookupFunction;
  readonly #closing = new Set<Promise<void>>();
  readonly #agents = new LRUCache<string, Dispatcher>({
    max: maxAgents,
    // Requests under way finish first.
    dispose: (agent) => this.#close(agent),
  });

  /** `lookup` is asked for the address of every name, of servers and of proxies. */
  constructor(lookup: LookupFunction) {
    this.#lookup = lookup;
  }

  /** The dispatcher to send with. */
  dispatcher(tls: OutgoingTls = {}, proxy?: URL): Dispatcher {
    const { ca, certificate, key, serverName, insecureSkipVerify } = tls;
    const settings = [ca, certificate, key, serverName, insecureSkipVerify, proxy?.href];
    // Keys of clients are not to be kept a second time, in a cache's key.
    const id = createHash('sha256').update(JSON.stringify(settings)).digest('base64');
    const known = this.#agents.get(id);
    if (known) return known;
    const agent = this.#open(tls, proxy);
    this.#agents.set(id, agent);
    return agent;
  }

  /** Ends all connections once the requests under way are done. */
  async close(): Promise<void> {
    this.#agents.clear();
    await Promise.all(this.#closing);
  }

  #open(tls: OutgoingTls, proxy: URL | undefined): Dispatcher {
    const secure = tlsOptions(tls);
    const options = {
      allowH2: false,
      connections: maxConnections,
      pipelining: 1,
      // The deadline of each request is the transport's.
      headersTimeout: 0,
      bodyTimeout: 0,
    };
    if (proxy) {
      return new ProxyAgent({
        ...options,
        uri: proxy.href,
        requestTls: secure,
        proxyTls: { lookup: this.#lookup },
      });
    }
    return new Agent({ ...options, connect: { ...secure, lookup: this.#lookup } });
  }

  #close(agent: Dispatcher): void {
    const closed = agent.close().catch(() => agent.destroy());
    this.#closing.add(closed);
    void closed.finally(() => this.#closing.delete(closed));
  }
}
