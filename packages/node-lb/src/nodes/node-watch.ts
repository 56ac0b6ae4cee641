import type { Settings } from '../request/settings.ts';
import { ailmentsOf, silentAt, type Ailment } from './ailment.ts';
import { departureOf, type Complaint } from './departure.ts';
import { massFailureOf, type MassFailure } from './mass-failure.ts';
import type { NodeFacts } from './node-facts.ts';
import type { NodeStanding } from './node-standing.ts';

/** The settings that decide what may be done with a node. */
export type NodeRules = Pick<
  Settings,
  'nodeSelector' | 'excludedNodes' | 'nodeGraceMs' | 'agentGraceMs' | 'returnGraceMs' | 'maxUnhealthyPercent'
>;

/** What may be done with every node. */
export interface NodeStandings {
  /** By name; exactly the nodes that were given. */
  readonly nodes: ReadonlyMap<string, NodeStanding>;
  /** Present while so many nodes look unwell that nothing moves for it; worth a Warning and a metric. */
  readonly massFailure?: MassFailure;
  /** When to look again without any news, milliseconds. */
  readonly lookAgainAt?: number;
}

/** What is remembered of a node. */
interface History {
  /** When each ailment that it has now was first seen, by reason. */
  readonly since: Map<string, number>;
  /** It was well at some time. */
  everWell: boolean;
  /** An ailment outlasted its grace, and it has not been well for long enough since. */
  lost: boolean;
  /** It has been well since then without a break; undefined while it looks unwell. -Infinity: nothing to wait for. */
  wellSince: number | undefined;
}

interface Patient {
  readonly facts: NodeFacts;
  readonly history: History;
  readonly departure: Complaint | undefined;
  readonly ailments: readonly Ailment[];
}

/**
 * Watches how nodes do over time, and says what may be done with each. A short ailment moves nothing; one that lasts
 * makes a node lost; a node that was unwell gets nothing new until it has been well for a while. It knows only what it
 * was told since it was made: a node that is unwell at first sight begins its grace then.
 *
 * Nodes that are lost are counted out when a mass failure is looked for: three nodes may fail one after the other, and
 * each time what was there moves. When a mass failure ends, the grace of those still unwell begins anew, so that the
 * first one back does not condemn the others.
 */
export class NodeWatch {
  readonly #histories = new Map<string, History>();
  #inMassFailure = false;
  /** When a mass failure was last seen, or seen to have ended. */
  #heldAt = -Infinity;

  /**
   * Looks at all nodes of the cluster; those it is not given are forgotten.
   *
   * @param inUse Names of nodes that have claims, so that after a restart of the controller they count as well once.
   * @param now Milliseconds of the clock that the facts' times are of.
   */
  observe(
    nodes: Iterable<NodeFacts>,
    rules: NodeRules,
    inUse: ReadonlySet<string>,
    now: number,
  ): NodeStandings {
    const patients = Array.from(nodes, (facts) => this.#examine(facts, rules, now));
    this.#forgetAllBut(new Set(patients.map(({ facts }) => facts.name)));

    const counted = patients.filter(
      ({ facts, history, departure }) =>
        !departure && !history.lost && (history.everWell || inUse.has(facts.name)),
    );
    const unwell = new Set(counted.filter(({ ailments }) => ailments.length > 0));
    const massFailure = massFailureOf(unwell.size, counted.length, rules.maxUnhealthyPercent);
    // It ends when it is seen to have ended: while nothing is told, nothing changes.
    if (massFailure || this.#inMassFailure) this.#heldAt = now;
    this.#inMassFailure = massFailure !== undefined;

    const standings = new Map<string, NodeStanding>();
    for (const patient of patients) {
      const standing =
        massFailure && unwell.has(patient)
          ? heldStanding(patient, massFailure)
          : this.#standingOf(patient, rules, now);
      standings.set(patient.facts.name, standing);
    }
    const times = Array.from(standings.values(), ({ lookAgainAt }) => lookAgainAt ?? Infinity);
    const lookAgainAt = Math.min(...times);
    return {
      nodes: standings,
      ...(massFailure ? { massFailure } : {}),
      ...(lookAgainAt < Infinity ? { lookAgainAt } : {}),
    };
  }

  #examine(facts: NodeFacts, rules: NodeRules, now: number): Patient {
    const history = this.#historyOf(facts.name);
    const departure = departureOf(facts, rules);
    const ailments = ailmentsOf(facts, rules, now);
    const reasons = new Set(ailments.map(({ reason }) => reason));
    for (const reason of history.since.keys()) if (!reasons.has(reason)) history.since.delete(reason);
    for (const { reason, since } of ailments) {
      if (!history.since.has(reason)) history.since.set(reason, since ?? now);
    }
    if (ailments.length > 0) {
      history.wellSince = undefined;
    } else {
      history.wellSince ??= history.everWell ? now : -Infinity;
      history.everWell = true;
    }
    return { facts, history, departure, ailments };
  }

  #standingOf(patient: Patient, rules: NodeRules, now: number): NodeStanding {
    const { facts, history, departure, ailments } = patient;
    const silence = silentAt(facts, rules);
    if (ailments.length > 0) return this.#unwellStanding(patient, silence, now);
    const wellFrom = (history.wellSince ?? now) + rules.returnGraceMs;
    if (now >= wellFrom) history.lost = false;
    if (departure) return lookingAgain({ standing: 'leave', ...departure }, now, [silence]);
    if (now < wellFrom) {
      const message = 'the node was unwell a short while ago';
      return lookingAgain({ standing: 'keep', reason: 'Returning', message }, now, [wellFrom, silence]);
    }
    const standing: NodeStanding = facts.unschedulable
      ? { standing: 'keep', reason: 'Cordoned', message: 'the node is cordoned' }
      : { standing: 'use' };
    return lookingAgain(standing, now, [silence]);
  }

  #unwellStanding(
    { history, departure, ailments }: Patient,
    silence: number | undefined,
    now: number,
  ): NodeStanding {
    const ends = ailments.map((ailment) => ({
      ailment,
      at: Math.max(history.since.get(ailment.reason) ?? now, this.#heldAt) + ailment.graceMs,
    }));
    const first = ends.reduce((earliest, end) => (end.at < earliest.at ? end : earliest));
    const { reason, message } = first.ailment;
    if (now >= first.at) history.lost = true;
    if (history.lost) return { standing: 'lost', reason, message };
    const standing: NodeStanding = departure
      ? { standing: 'leave', ...departure }
      : { standing: 'hold', reason, message };
    return lookingAgain(standing, now, [first.at, silence]);
  }

  #historyOf(name: string): History {
    let history = this.#histories.get(name);
    if (!history) {
      history = { since: new Map(), everWell: false, lost: false, wellSince: undefined };
      this.#histories.set(name, history);
    }
    return history;
  }

  #forgetAllBut(names: ReadonlySet<string>): void {
    for (const name of this.#histories.keys()) if (!names.has(name)) this.#histories.delete(name);
  }
}

function heldStanding({ ailments }: Patient, { unwell, of }: MassFailure): NodeStanding {
  const why = ailments.map(({ message }) => message).join(', ');
  const message = `${why}, but ${unwell} of ${of} nodes look unwell at once: nothing moves for it`;
  return { standing: 'hold', reason: 'MassFailure', message };
}

/** The standing, and the first of these times that is still to come. */
function lookingAgain(
  standing: NodeStanding,
  now: number,
  times: readonly (number | undefined)[],
): NodeStanding {
  const toCome = times.filter((time) => time !== undefined && time > now) as number[];
  return toCome.length > 0 ? { ...standing, lookAgainAt: Math.min(...toCome) } : standing;
}
