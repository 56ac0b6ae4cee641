import {
  Backoff,
  ControllerManager,
  delay,
  RuntimeMetrics,
  systemClock,
  type Clock,
  type EndpointSlice,
  type Health,
  type ResourceType,
} from '@armillary/kube';
import { NodeLbError, type NodeLbErrorCode } from '../errors.ts';
import { endpointSliceType } from '../api/endpoint-slice-type.ts';
import { portClaimKind, type PortClaim } from '../kinds/port-claim.ts';
import { Prober } from '../probe/prober.ts';
import { AgentEvents } from './agent-events.ts';
import { AgentMetrics } from './agent-metrics.ts';
import type { NodeAgentOptions } from './agent-options.ts';
import { ClaimReporter } from './claim-reporter.ts';
import { conntrackFill } from './conntrack-fill.ts';
import { keepLease, type Announcement } from './lease-keeper.ts';
import { claimSelectorOf } from './listed-claims.ts';
import type { LocalNode, NodeNews } from './local-node.ts';
import { NodeClaims } from './node-claims.ts';
import { NodeController } from './node-controller.ts';
import { ANOTHER_AGENT, type Unlock } from './node-lock.ts';
import { NodeReconciler } from './node-reconciler.ts';
import type { NodeSurvey, Surveyor } from './node-survey.ts';
import { PlanReporter } from './plan-reporter.ts';

/** Between tries of an API server that does not answer yet, and of rules that cannot be installed, in milliseconds. */
const retry = { baseMs: 1000, capMs: 30_000, resetAfterMs: 60_000 };
const defaultVerifyIntervalMs = 15_000;
/** What a run does is safe to break off, but need not be for a second more. */
const drainTimeoutMs = 5000;

/** Errors after which nothing can be served until somebody does something about the node. */
const lasting: readonly NodeLbErrorCode[] = [
  'ProgramMissing',
  'NotPermitted',
  'Unsupported',
  'LinkAddressTaken',
];

/** The agent of a node, on the parts of that node. It runs from its making until its signal aborts. */
export class RunningAgent {
  /** Resolves when the agent has ended, by its signal or by {@link stop}. Rejects when it cannot go on. */
  readonly done: Promise<void>;
  readonly #options: NodeAgentOptions;
  readonly #clock: Clock;
  readonly #node: LocalNode;
  readonly #metrics: AgentMetrics;
  readonly #stop = new AbortController();
  readonly #firstRun = Promise.withResolvers<void>();
  #hasRun = false;
  #waits: string | undefined;
  #manager: ControllerManager | undefined;
  #controller: NodeController | undefined;
  #reconciler: NodeReconciler | undefined;
  #prober: Prober | undefined;
  #survey: NodeSurvey | undefined;
  #failure: Error | undefined;

  /** `makeNode` is given whom to tell of what happens on the node. */
  constructor(options: NodeAgentOptions, makeNode: (news: NodeNews) => LocalNode) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#metrics = new AgentMetrics(options.metrics, () => conntrackFill());
    this.#node = makeNode({
      isServed: (port) => this.#reconciler?.serves(port) ?? false,
      leaked: (port) => {
        this.#metrics.leaked(port.protocol);
        this.#controller?.check();
      },
      changed: () => this.#controller?.check(),
    });
    // Who waits for the first run is not to wait for one that never comes.
    this.#stop.signal.addEventListener('abort', () => this.#firstRun.resolve(), { once: true });
    const stop = (): void => this.#stop.abort();
    if (options.signal.aborted) stop();
    options.signal.addEventListener('abort', stop, { once: true });
    this.done = this.#run().finally(() => options.signal.removeEventListener('abort', stop));
  }

  /** Ends the agent; resolves when its sockets are gone. Its rules stay and go on carrying traffic. */
  async stop(): Promise<void> {
    this.#stop.abort();
    // What went wrong is for who waits for `done`.
    await this.done.catch(() => {});
  }

  /** For `/healthz`. */
  liveness(): Health {
    return this.#manager?.liveness() ?? { ok: true, problems: [] };
  }

  /** For `/readyz`: the node was brought to its claims, and nothing that lasts is in the way. */
  readiness(): Health {
    const waits = this.#waits ?? 'the API server has not answered yet';
    const problems = this.#manager?.readiness().problems ?? [waits];
    if (!this.#hasRun) problems.push('the node was not looked at yet');
    const { problem } = this.#announcement();
    if (problem !== undefined) problems.push(problem);
    return { ok: problems.length === 0, problems };
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    let unlock: Unlock | undefined;
    try {
      unlock = await this.#lock();
      const sliceType = await this.#sliceType();
      if (!sliceType) return;
      const manager = this.#assemble(sliceType);
      const managed = manager.start(signal).finally(() => this.#stop.abort());
      await Promise.all([managed, this.#node.watch(signal), this.#keepLease(), this.#prober?.run(signal)]);
    } finally {
      this.#stop.abort();
      await this.#node.close();
      await unlock?.();
    }
  }

  /** Waits until no other agent has the node; undefined when the agent is stopped before that. */
  async #lock(): Promise<Unlock | undefined> {
    const { signal } = this.#stop;
    for (let isFirst = true; !signal.aborted; isFirst = false) {
      const unlock = await this.#node.lock();
      this.#waits = unlock ? undefined : ANOTHER_AGENT;
      if (unlock) return unlock;
      if (isFirst) this.#options.logger.warn({}, `${ANOTHER_AGENT}; its end is waited for`);
      await delay(this.#clock, retry.baseMs, signal);
    }
    return undefined;
  }

  /** Asks until the API server answers; undefined when the agent is stopped before that. */
  async #sliceType(): Promise<ResourceType<EndpointSlice> | undefined> {
    const { client, logger } = this.#options;
    const { signal } = this.#stop;
    const backoff = new Backoff({ ...retry, clock: this.#clock });
    while (!signal.aborted) {
      try {
        return await endpointSliceType(client, signal);
      } catch (error) {
        if (!signal.aborted) logger.warn({ err: error }, 'the API server does not answer; it is asked again');
      }
      await delay(this.#clock, backoff.next(), signal);
    }
    return undefined;
  }

  /** Puts the controllers together: one for the node, one that writes the claims' status. */
  #assemble(sliceType: ResourceType<EndpointSlice>): ControllerManager {
    const { client, logger, nodeName, verifyIntervalMs = defaultVerifyIntervalMs } = this.#options;
    const clock = this.#clock;
    const manager = new ControllerManager({
      client,
      logger,
      clock,
      metrics: new RuntimeMetrics(this.#options.metrics),
      // What is installed goes on without the API server; so does the wait for it.
      cacheSyncTimeoutMs: Infinity,
      drainTimeoutMs,
    });
    const claimSelector = claimSelectorOf(nodeName);
    const informer = manager.informer<PortClaim>(portClaimKind, { labelSelector: claimSelector });
    const claims = new NodeClaims(nodeName, informer, manager.informer(sliceType));
    const reporter = new ClaimReporter(informer, clock);
    this.#controller = new NodeController({
      nodeName,
      claimSelector,
      sliceType,
      concerns: (slice) => claims.concerns(slice),
      reconciler: this.#worker(
        claims,
        reporter,
        new AgentEvents(manager.recorder('armillary-node-agent'), nodeName),
      ),
      onRun: (failure) => this.#ran(failure),
      verifyIntervalMs,
      backoff: new Backoff({ ...retry, clock }),
      clock,
    });
    manager.add(this.#controller.definition());
    manager.add(reporter.controller(claimSelector));
    this.#manager = manager;
    return manager;
  }

  /** Who works when the controller says so. */
  #worker(claims: NodeClaims, reporter: ClaimReporter, events: AgentEvents): Pick<NodeReconciler, 'run'> {
    const { logger, mode, acceptUnprovenProxy = false, probeIntervalMs } = this.#options;
    const parts = {
      claims: () => claims.list(),
      plan: claims.plan.bind(claims),
      surveyor: this.#surveyor(),
      report: reporter.report.bind(reporter),
      policy: { acceptUnprovenProxy },
    };
    if (mode === 'plan') return new PlanReporter({ ...parts, wouldServe: events.wouldServe.bind(events) });
    const { holder, rules } = this.#node;
    const metrics = this.#metrics;
    this.#reconciler = new NodeReconciler({
      ...parts,
      holder,
      rules,
      forget: this.#node.forget.bind(this.#node),
      repaired: (differences) => {
        metrics.repaired();
        logger.warn({ differences: differences.slice(0, 20) }, 'rules were damaged and put back');
        events.repaired(differences);
      },
      metrics,
      logger,
    });
    if (probeIntervalMs > 0) {
      this.#prober = new Prober({
        onChange: reporter.reached.bind(reporter),
        onProbe: metrics.probed.bind(metrics),
        intervalMs: probeIntervalMs,
        clock: this.#clock,
      });
    }
    return this.#reconciler;
  }

  /** The node's surveyor; what it finds is kept for the lease. */
  #surveyor(): Surveyor {
    return { survey: async (signal) => (this.#survey = await this.#node.surveyor.survey(signal)) };
  }

  #ran(failure: Error | undefined): void {
    this.#failure = failure;
    // While rules are damaged there is nothing to learn from a probe.
    const plan = this.#reconciler?.plan;
    if (plan) this.#prober?.watch(plan);
    this.#hasRun = true;
    this.#firstRun.resolve();
  }

  /** The lease comes after the first run: before it, there is nothing to say about the node. */
  async #keepLease(): Promise<void> {
    const { client, leaseNamespace: namespace, nodeName, logger } = this.#options;
    await this.#firstRun.promise;
    const announcement = (): Announcement => this.#announcement();
    await keepLease(
      { client, namespace, nodeName, announcement, clock: this.#clock, logger },
      this.#stop.signal,
    );
  }

  #announcement(): Announcement {
    const failure = this.#failure;
    const lasts = failure instanceof NodeLbError && lasting.includes(failure.code);
    return {
      proxy: this.#survey?.proxy,
      addresses: this.#options.nodeAddresses,
      problem: lasts ? failure.message : this.#survey?.problem,
    };
  }
}
