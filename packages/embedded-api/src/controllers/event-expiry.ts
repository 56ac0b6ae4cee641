import {
  answered,
  builtinTarget,
  type Controller,
  type ControllerContext,
  controllerCaller,
} from './controller.ts';

const caller = controllerCaller('event-expiry');
const lifetime = 3600_000;
const interval = 60_000;
const batchSize = 500;

/** The last time that an event itself tells of, for those written before the start. */
const lastTime = (event: Record<string, unknown>): number => {
  const { lastObservedTime } = (event['series'] ?? {}) as { lastObservedTime?: unknown };
  const { creationTimestamp } = event['metadata'] as { creationTimestamp?: unknown };
  const times = [lastObservedTime, event['lastTimestamp'], event['eventTime'], creationTimestamp];
  return Math.max(0, ...times.map((time) => (typeof time === 'string' ? Date.parse(time) || 0 : 0)));
};

/**
 * Deletes events an hour after they were last written, as the lease of a real server's storage does. It looks once
 * a minute, or whenever `sweep` is called.
 */
export const eventExpiry = (context: ControllerContext): Controller & { sweep(): Promise<void> } => {
  const { store, verbs, registry } = context;
  // Oldest first: a write moves its event to the end.
  const written = new Map<string, number>();
  const note = (namespace: string, name: string, time: number): void => {
    const key = `${namespace} ${name}`;
    written.delete(key);
    written.set(key, time);
  };
  const stored = store.list('events').map((event) => ({ event, time: lastTime(event) }));
  for (const { event, time } of stored.sort((a, b) => a.time - b.time))
    note(event.metadata.namespace ?? '', event.metadata.name ?? '', time);

  const unsubscribe = store.subscribe((events) => {
    for (const { storageKey, type, namespace, name } of events) {
      if (storageKey !== 'events') continue;
      if (type === 'DELETED') written.delete(`${namespace} ${name}`);
      else note(namespace, name, context.now().getTime());
    }
  });

  const remove = async (key: string): Promise<void> => {
    const [namespace = '', name = ''] = key.split(' ');
    try {
      await verbs.delete(builtinTarget(registry, ['', 'v1', 'events'], namespace, name), caller);
    } catch (error) {
      if (!answered(error, 404)) context.onError('event-expiry', error);
    }
  };

  let running: Promise<void> = Promise.resolve();
  const sweepOnce = async (): Promise<void> => {
    const limit = context.now().getTime() - lifetime;
    const due: string[] = [];
    for (const [key, time] of written) {
      if (time > limit) break;
      due.push(key);
    }
    for (let start = 0; start < due.length; start += batchSize)
      await Promise.all(due.slice(start, start + batchSize).map(remove));
  };
  const sweep = (): Promise<void> => (running = running.then(sweepOnce));
  const timer = setInterval(() => void sweep(), interval).unref();

  return {
    sweep,
    settled: () => running,
    async stop() {
      clearInterval(timer);
      unsubscribe();
      await running;
    },
  };
};
