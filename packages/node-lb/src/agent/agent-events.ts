import type { EventRecorder, KubeObject } from '@armillary/kube';
import type { PortClaim } from '../kinds/port-claim.ts';
import type { Difference } from '../plan/rule-set.ts';

/** So many differences are named in an event; the log has more. */
const namedDifferences = 3;

/** The events of an agent. */
export class AgentEvents {
  readonly #recorder: Pick<EventRecorder, 'event'>;
  readonly #nodeName: string;

  constructor(recorder: Pick<EventRecorder, 'event'>, nodeName: string) {
    this.#recorder = recorder;
    this.#nodeName = nodeName;
  }

  /** Rules had been damaged, and were put back: said of the node. */
  repaired(differences: readonly Difference[]): void {
    // Kubelets give the node's name for its uid, and so `kubectl describe node` looks for it.
    const node = {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: this.#nodeName, uid: this.#nodeName },
    };
    const named = differences.slice(0, namedDifferences).join('; ');
    const more = differences.length - namedDifferences;
    const rest = more > 0 ? `; and ${more} more` : '';
    this.#recorder.event(
      node,
      'Warning',
      'RulesRepaired',
      `somebody changed our rules, they were put back: ${named}${rest}`,
    );
  }

  /** An agent that only plans says of the Service what it would do. */
  wouldServe({ spec }: PortClaim, message: string): void {
    const { namespace, name, uid } = spec.service;
    const service: KubeObject = { apiVersion: 'v1', kind: 'Service', metadata: { namespace, name, uid } };
    this.#recorder.event(service, 'Normal', 'WouldServe', message);
  }
}
