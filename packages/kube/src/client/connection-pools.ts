import { Pool, ProxyAgent } from 'undici';
import type { Dispatcher } from 'undici';
import type { ClientCertificate, ClusterConfig } from '../config/cluster-config.ts';

/** Connections of short requests and connections of streams are kept apart: streams hold theirs for minutes. */
export type Lane = 'request' | 'stream';

/** How many connections each lane may open. */
export interface PoolLimits {
  maxConnections: number;
  maxStreams: number;
}

interface Pools {
  certificate: ClientCertificate | undefined;
  request: Dispatcher;
  stream: Dispatcher;
}

/** The connections to one API server. They are made anew when the client certificate changes. */
export class ConnectionPools {
  readonly #config: ClusterConfig;
  readonly #limits: PoolLimits;
  #pools: Pools | undefined;
  /** Those of earlier certificates, while their last requests finish. */
  readonly #retired = new Set<Dispatcher>();

  constructor(config: ClusterConfig, limits: PoolLimits) {
    this.#config = config;
    this.#limits = limits;
  }

  /** The dispatcher to send with. */
  dispatcher(lane: Lane, certificate: ClientCertificate | undefined): Dispatcher {
    let pools = this.#pools;
    if (pools?.certificate?.cert !== certificate?.cert || pools?.certificate?.key !== certificate?.key) {
      this.#retire();
      pools = undefined;
    }
    pools ??= {
      certificate,
      request: this.#open(this.#limits.maxConnections, certificate),
      stream: this.#open(this.#limits.maxStreams, certificate),
    };
    this.#pools = pools;
    return pools[lane];
  }

  /** Ends every connection; what is under way fails. */
  async close(): Promise<void> {
    const pools = this.#pools;
    this.#pools = undefined;
    const open = pools ? [pools.request, pools.stream] : [];
    await Promise.all([...open, ...this.#retired].map((dispatcher) => dispatcher.destroy()));
  }

  /** Lets requests under the old certificate finish, while new ones use the new. */
  #retire(): void {
    for (const old of [this.#pools?.request, this.#pools?.stream]) {
      if (!old) continue;
      this.#retired.add(old);
      // It rejects when the client is closed before: then nothing is left to wait for.
      const forget = (): boolean => this.#retired.delete(old);
      old.close().then(forget, forget);
    }
  }

  #open(connections: number, certificate: ClientCertificate | undefined): Dispatcher {
    const { server, tls, proxyUrl } = this.#config;
    const secure = {
      ...(tls?.ca === undefined ? {} : { ca: tls.ca }),
      ...(tls?.serverName === undefined ? {} : { servername: tls.serverName }),
      ...(certificate === undefined ? {} : { cert: certificate.cert, key: certificate.key }),
      rejectUnauthorized: tls?.insecureSkipVerify !== true,
    };
    const options = {
      allowH2: false,
      connections,
      pipelining: 1,
      // Longer than the pauses of a busy controller; a server's own hint shortens it.
      keepAliveTimeout: 30_000,
      // Deadlines and idle times are the transport's, with its clock.
      headersTimeout: 0,
      bodyTimeout: 0,
    };
    if (proxyUrl !== undefined) {
      return new ProxyAgent({ ...options, uri: proxyUrl, requestTls: secure });
    }
    return new Pool(new URL(server).origin, {
      ...options,
      connect: { ...secure, timeout: 10_000, keepAlive: true, keepAliveInitialDelay: 15_000 },
    });
  }
}
