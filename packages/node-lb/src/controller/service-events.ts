import type { EventRecorder, Service } from '@armillary/kube';
import { portText } from '../address/port-range.ts';
import type { PortClaim } from '../kinds/port-claim.ts';
import type { RequestWarning } from '../request/request-warning.ts';
import type { WantedCondition } from './condition.ts';
import type { Refusal } from './refusals.ts';
import type { ServiceMemory } from './service-memory.ts';

/** Tells people of a Service what happened to it; each thing once, however often it is seen. */
export class ServiceEvents {
  readonly #recorder: Pick<EventRecorder, 'event'>;

  constructor(recorder: Pick<EventRecorder, 'event'>) {
    this.#recorder = recorder;
  }

  /** Nodes were chosen for it, and their ports taken. */
  selected(service: Service, claims: readonly PortClaim[]): void {
    for (const [node, there] of Map.groupBy(claims, ({ spec }) => spec.nodeName)) {
      const ports = there.map(({ spec }) => portText(spec)).join(', ');
      const addresses = there[0]?.spec.addresses.join(', ') ?? '';
      this.#recorder.event(service, 'Normal', 'NodeSelected', `node ${node}, ${addresses}: ${ports}`);
    }
  }

  /** A node's agent will not serve a port. */
  refused(service: Service, refusal: Refusal): void {
    const { node, reason, message, owner } = refusal;
    const port = portText(refusal);
    const [what, why] =
      owner === undefined
        ? [reason, `node ${node} cannot serve ${port}: ${message}`]
        : ['PortConflict', `${port} of node ${node} belongs to ${owner}`];
    this.#recorder.event(service, 'Warning', what, `${why}; another node is looked for`);
  }

  /** It leaves a node. */
  moved(service: Service, from: string, nodes: readonly string[], why: string): void {
    const now = nodes.length === 0 ? 'on no node: none can have it now' : `on ${nodes.join(', ')}`;
    this.#recorder.event(service, 'Normal', 'Moved', `left node ${from} (${why}), and is ${now}`);
  }

  /** It is not served any more. */
  released(service: Service, claims: readonly PortClaim[]): void {
    const nodes = [...new Set(claims.map(({ spec }) => spec.nodeName))].sort().join(', ');
    this.#recorder.event(service, 'Normal', 'Withdrawn', `its ports of ${nodes} were given back`);
  }

  /** Its conditions are about to change: trouble that was not there before is told. */
  troubled(service: Service, conditions: readonly WantedCondition[]): void {
    for (const condition of conditions) {
      const { type, status, reason, message } = condition;
      const before = service.status?.conditions?.find((each) => each.type === type);
      // New words alone, such as of who has the port by now, can be read there.
      if (!isTrouble(condition) || (before?.status === status && before.reason === reason)) continue;
      this.#recorder.event(service, 'Warning', type === 'Programmed' ? reason : type, message);
    }
  }

  /** What its owner should know though it is served. */
  warn(service: Service, memory: ServiceMemory, warnings: readonly RequestWarning[]): void {
    for (const { reason, message } of warnings) this.#once(service, memory, reason, message);
  }

  /** Another load balancer serves it. */
  servedByAnother(service: Service, memory: ServiceMemory): void {
    const message =
      'its status has addresses of another load balancer: it is left alone; set loadBalancerClass: armillary.dev/node on a Service that this one shall serve';
    this.#once(service, memory, 'ServedByAnother', message);
  }

  /** So many nodes look unwell that it stays where it is. */
  held(service: Service, memory: ServiceMemory, message: string | undefined): void {
    if (message === undefined) memory.told.delete('Held');
    else if (!memory.told.has('Held')) this.#once(service, memory, 'Held', message);
  }

  /** Probes do not get through to it: each time it begins. */
  unreachable(service: Service, memory: ServiceMemory, words: string | undefined): void {
    if (words === undefined) memory.told.delete('Unreachable');
    else if (!memory.told.has('Unreachable')) this.#once(service, memory, 'Unreachable', words);
  }

  #once(service: Service, memory: ServiceMemory, reason: string, message: string): void {
    if (memory.told.get(reason) === message) return;
    memory.told.set(reason, message);
    this.#recorder.event(service, 'Warning', reason, message);
  }
}

function isTrouble({ type, status, reason }: WantedCondition): boolean {
  if (type !== 'Programmed') return status === 'True';
  return status === 'False' && !untold.has(reason);
}

/** What soon passes, or what another condition tells. */
const untold: ReadonlySet<string> = new Set(['Pending', 'NoEligibleNode', 'PortInUse', 'PlanOnly']);
