import { createHash } from 'node:crypto';
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { endConnectionsOnClose } from '../server/closing.ts';
import { CONTRACT_VERSION, type ReceiverList } from '../sources/contract/receiver-list.ts';
import type { Subjects } from './who-may.ts';

/** Options of `createSidecarServer`. */
export interface SidecarServerOptions {
  /** Who has authority in a namespace; undefined when there is none of this name. */
  subjectsOf(namespace: string): Subjects | undefined;
  /** True once the caches follow the cluster. */
  isReady(): boolean;
}

/** How long the notification manager may use an answer: roles change seldom, and a change shall count soon. */
const ttlSeconds = 30;

/** Most questions of one batch, as the contract says. */
const maxQuestions = 100;

/**
 * The tenants of a namespace: its users by name, its groups as `group.NAME`. They are values of the label that
 * `spec.receivers.tenantKey` of the NotificationManager names.
 */
function tenantsOf({ users, groups }: Subjects): string[] {
  return [...users, ...groups.map((group) => `group.${group}`)];
}

/**
 * The reference sidecar over HTTP: upstream's `GET /api/v2/tenant`, a list of names, and the contract of receiver
 * sources, where it names tenants and leaves the receivers to the cluster's objects. A namespace that is not there is
 * 404, which means nobody.
 */
export function createSidecarServer(options: SidecarServerOptions): FastifyInstance {
  const app = fastify({ bodyLimit: 256 * 1024, requestTimeout: 10_000, logger: false });
  endConnectionsOnClose(app);
  // Half a cache would name nobody where somebody is: the notification manager goes on with what it knew.
  app.addHook('onRequest', async (request, reply) => {
    if (request.url.startsWith('/api/') && !request.url.includes('liveness') && !options.isReady()) {
      return reply.code(503).send({ title: 'the roles of the cluster are not read yet' });
    }
    return undefined;
  });

  app.get('/api/v2/tenant', async (request, reply) => {
    const namespace = queried(request, 'namespace');
    if (namespace === undefined) return reply.code(400).send('');
    const subjects = options.subjectsOf(namespace);
    return subjects ? tenantsOf(subjects) : reply.code(404).send('""');
  });

  app.get('/api/v2/receivers', async (request, reply) => {
    const namespace = queried(request, 'namespace');
    if (namespace === undefined)
      return reply.code(400).send({ title: 'the query parameter namespace is missing' });
    const subjects = options.subjectsOf(namespace);
    if (!subjects) return reply.code(404).send({ title: `there is no namespace ${namespace}` });
    const list = receiverList(subjects);
    const etag = `"${list.metadata?.revision}"`;
    reply.header('etag', etag);
    return request.headers['if-none-match'] === etag ? reply.code(304).send() : list;
  });

  // Two colons stand for one: a single one would begin a parameter.
  app.post('/api/v2/receivers::query', async (request, reply) => {
    const { items } = (request.body ?? {}) as { items?: unknown };
    if (!Array.isArray(items) || items.length > maxQuestions) {
      return reply.code(400).send({ title: `items is a list of up to ${maxQuestions} questions` });
    }
    return {
      apiVersion: CONTRACT_VERSION,
      kind: 'ReceiverListBatch',
      items: items.map((item: { namespace?: unknown } | null) => {
        const namespace = item?.namespace;
        const subjects = typeof namespace === 'string' ? options.subjectsOf(namespace) : undefined;
        return receiverList(subjects ?? nobody);
      }),
    };
  });

  for (const path of ['/readiness', '/api/v2/readiness']) {
    app.get(path, async (_, reply) => reply.code(options.isReady() ? 200 : 503).send(''));
  }
  for (const path of ['/liveness', '/api/v2/liveness', '/preStop', '/api/v2/preStop']) {
    app.get(path, async () => '');
  }
  return app;
}

const nobody: Subjects = { users: [], groups: [] };

function receiverList(subjects: Subjects): ReceiverList {
  const tenants = tenantsOf(subjects);
  const revision = createHash('sha256').update(JSON.stringify(tenants)).digest('hex').slice(0, 16);
  return {
    apiVersion: CONTRACT_VERSION,
    kind: 'ReceiverList',
    metadata: { revision, ttlSeconds },
    tenants,
    receivers: [],
  };
}

/** A query parameter that is given once. */
function queried(request: FastifyRequest, name: string): string | undefined {
  const value = (request.query as Record<string, unknown>)[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
