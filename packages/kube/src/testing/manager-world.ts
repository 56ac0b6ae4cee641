import { afterEach, beforeEach } from 'vitest';
import { KubeClient } from '../client/kube-client.ts';
import { coreV1 } from '../objects/core-v1.ts';
import type { ConfigMap } from '../objects/core-v1.ts';
import type { ObjectKey } from '../objects/kube-object.ts';
import type { ControllerDefinition } from '../runtime/controller-definition.ts';
import { ControllerManager } from '../runtime/controller-manager.ts';
import type { ControllerManagerOptions } from '../runtime/controller-manager.ts';
import { FakeClock } from './fake-clock.ts';
import { answer, MemoryApi } from './memory-api.ts';
import { passingTime } from './passing-time.ts';
import { until } from './until.ts';

/** An API server, a client and managers for one test, made before it and ended after it. */
export class ManagerWorld {
  api!: MemoryApi;
  client!: KubeClient;
  /** The managers' time. */
  clock!: FakeClock;
  #clientClock!: FakeClock;
  #managers: ControllerManager[] = [];

  constructor() {
    beforeEach(async () => {
      this.api = await MemoryApi.start();
      this.clock = new FakeClock();
      this.#clientClock = new FakeClock();
      this.client = new KubeClient(this.api.config, { clock: this.#clientClock });
      this.#managers = [];
    });
    afterEach(() => this.#end());
  }

  manage(options: Partial<ControllerManagerOptions> = {}): ControllerManager {
    const { client, clock } = this;
    const manager = new ControllerManager({ client, clock, freezeObjects: true, ...options });
    this.#managers.push(manager);
    return manager;
  }

  /** Resolves when the manager runs and follows. */
  async running(manager: ControllerManager): Promise<void> {
    await until('the manager runs', () => manager.readiness().ok);
    await until('its watches are open', () => this.api.openWatches > 0);
  }

  /** Lets time pass until the condition holds. */
  async untilWithTime(name: string, condition: () => boolean, stepMs = 100): Promise<void> {
    const clocks = { runtime: this.clock, client: this.#clientClock };
    await passingTime(name, clocks, condition, stepMs);
  }

  /** Makes the API answer discovery of the core group with one namespaced kind. */
  serveDiscovery(plural: string, kind: string): void {
    this.api.intercept = (request, response) => {
      if (request.path !== '/api/v1') return false;
      answer(response, 200, { resources: [{ name: plural, kind, namespaced: true }] });
      return true;
    };
  }

  async #end(): Promise<void> {
    await this.client.close();
    let stopped = false;
    void Promise.all(this.#managers.map((manager) => manager.stop())).then(() => (stopped = true));
    await until('the managers stopped', () => {
      this.clock.advance(60_000);
      return stopped;
    });
    await this.api.close();
  }
}

/** A controller of config maps that writes down the names it was given. */
export function counting(
  runs: string[],
  definition: Partial<ControllerDefinition<ConfigMap>> = {},
): ControllerDefinition<ConfigMap> {
  return {
    name: 'counting',
    for: coreV1.configMaps,
    reconcile: (key: ObjectKey) => {
      runs.push(key.name);
      return Promise.resolve();
    },
    ...definition,
  };
}

/** Starts the manager; what it rejects with is for the test that keeps the promise. */
export function start(manager: ControllerManager): Promise<void> {
  const running = manager.start();
  running.catch(() => {});
  return running;
}

/** A promise that the test resolves. */
export function gate(): { wait: () => Promise<void>; release: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { wait: () => promise, release: resolve };
}
