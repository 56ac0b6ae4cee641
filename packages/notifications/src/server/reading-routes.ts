import type { FastifyInstance, FastifyRequest } from 'fastify';
import { answerProblem } from './answer.ts';
import type { AddRoute } from './guarded-routes.ts';
import type { EntryFilter, NotificationApi } from './notification-api.ts';
import { redact } from './redact.ts';
import { boundedLimit, bodyOf, jsonOf, queryOf } from './request.ts';
import { tracePage } from './trace-page.ts';

/** Longest body of a request that names what to forget, in bytes. */
const maxInvalidation = 64 * 1024;

interface Entry {
  readonly type: string;
  readonly name: string;
  readonly tenant?: string;
  readonly spec: unknown;
}

/** Upstream's routes that show receivers and configs, without credentials. */
export function addObjectRoutes(route: AddRoute, api: NotificationApi): void {
  for (const prefix of ['', '/api/v2']) {
    route('GET', `${prefix}/receivers`, 'read', async (request) => byName(api.receivers(filterOf(request))));
    route('GET', `${prefix}/configs`, 'read', async (request) => byName(api.configs(filterOf(request))));
    route('GET', `${prefix}/receiverWithConfig`, 'read', async (request) =>
      api.receiversWithConfig(filterOf(request)).map(({ receiver, config }) => ({
        receiver: shown(receiver),
        config: config ? shown(config) : null,
      })),
    );
  }
}

/** What was decided about alerts, and what was given up. */
export function addTraceRoutes(route: AddRoute, api: NotificationApi): void {
  route('GET', '/api/v2/trace', 'read', async (request, reply) => {
    const { fingerprint = '', limit, receiver } = queryOf(request, ['fingerprint', 'limit', 'receiver']);
    if (!/^[0-9a-f]{16}$/.test(fingerprint)) {
      return answerProblem(reply, 400, 'fingerprint is 16 hexadecimal digits, as Alertmanager shows it');
    }
    const traces = await api.traces(fingerprint, boundedLimit(limit, 10, 100));
    return tracePage(
      fingerprint,
      traces,
      receiver === undefined ? undefined : { receiver, why: (trace) => api.explainReceiver(receiver, trace) },
    );
  });
  route('GET', '/api/v2/deadletters', 'read', async (request) => {
    const { limit, ...filter } = queryOf(request, ['channel', 'tenant', 'limit']);
    return await api.deadLetters({ ...filter, limit: boundedLimit(limit, 100, 1000) });
  });
  route('POST', '/api/v2/deadletters/replay', 'act', async (request, reply) => {
    const { ids } = (jsonOf(request) ?? {}) as { ids?: unknown };
    if (!Array.isArray(ids) || ids.length > 1000 || !ids.every(isId)) {
      return answerProblem(reply, 400, 'ids is a list of up to 1,000 ids that GET /api/v2/deadletters shows');
    }
    return { replayed: await api.replay(ids) };
  });
}

/** The route by which a source says that its answers have changed. */
export function addInvalidationRoute(app: FastifyInstance, api: NotificationApi): void {
  // Whoever may call it is decided by the signature, which is over the body: it has to be read before.
  app.post('/api/v2/sources/:source/invalidate', { bodyLimit: maxInvalidation }, async (request) => {
    const { source } = request.params as { source: string };
    await api.invalidate({
      source,
      headers: request.headers,
      method: request.method,
      url: request.url,
      body: bodyOf(request),
    });
    return { invalidated: source };
  });
}

/** An id of a dead letter, as both stores count them. */
const isId = (id: unknown): id is string => typeof id === 'string' && /^\d{1,15}$/.test(id);

function filterOf(request: FastifyRequest): EntryFilter {
  return queryOf(request, ['tenant', 'type', 'name']);
}

const byName = (entries: readonly Entry[]): object =>
  Object.fromEntries(entries.map((entry) => [`${entry.type}/${entry.name}`, shown(entry)]));

function shown({ type, name, tenant, spec }: Entry): object {
  return { type, name, ...(tenant === undefined ? {} : { tenant }), spec: redact(spec) };
}
