import type { Family } from '../address/protocol.ts';
import { Crossing } from './crossing.ts';
import type { Lab, LabTarget } from './lab.ts';
import { hostOf, matrixClients, seenAs } from './matrix-cell.ts';
import type { LabProtocol, MatrixCell, MatrixClient } from './matrix-cell.ts';
import type { Answer } from './resident-orders.ts';

/** How a matrix is run. */
export interface MatrixOptions {
  /** Connections for each cell; 10 unless told. */
  readonly connections?: number;
  /** For each connection; 2,000 unless told. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Where to call and what to expect, in place of what the lab waits for. */
  readonly target?: LabTarget;
}

/** What `lab node-lb --output json` prints. */
export interface Matrix {
  readonly cells: readonly MatrixCell[];
}

/**
 * Calls the lab's Service at its node's address from everywhere, over both protocols and its families, one cell after the
 * other so that counters speak for one cell. Rejects with `NodeLbError` when a program of the lab fails; connections that
 * fail are what the cells tell.
 */
export async function runMatrix(lab: Lab, options: MatrixOptions = {}): Promise<Matrix> {
  const target = options.target ?? (await lab.target(options.signal));
  const crossing = target.path === 'bounce' ? new Crossing(target.node.link, lab.commands) : undefined;
  await crossing?.install(target.ports);
  try {
    const cells: MatrixCell[] = [];
    for (const client of matrixClients) {
      if (hostOf(client, target.node, lab.layout) === undefined) continue;
      for (const protocol of ['TCP', 'UDP'] as const) {
        for (const family of lab.families) {
          options.signal?.throwIfAborted();
          cells.push(await runCell({ lab, target, crossing, client, protocol, family }, options));
        }
      }
    }
    return { cells };
  } finally {
    await crossing?.remove();
  }
}

interface CellInput {
  readonly lab: Lab;
  readonly target: LabTarget;
  readonly crossing: Crossing | undefined;
  readonly client: MatrixClient;
  readonly protocol: LabProtocol;
  readonly family: Family;
}

async function runCell(
  { lab, target, crossing, client, protocol, family }: CellInput,
  { connections = 10, timeoutMs = 2000 }: MatrixOptions,
): Promise<MatrixCell> {
  const host = hostOf(client, target.node, lab.layout);
  if (host === undefined) throw new TypeError(`nobody plays ${client}`);
  const before = await crossing?.count(protocol, family);
  const answers = await lab.resident(host).call({
    protocol,
    address: target.node.addresses[family],
    port: target.ports[protocol],
    times: connections,
    timeoutMs,
  });
  const after = await crossing?.count(protocol, family);
  const answered = answers.filter((answer) => 'name' in answer);
  const cell = {
    client,
    protocol,
    family,
    of: connections,
    answered: answered.length,
    errors: [...new Set(answers.flatMap((answer: Answer) => ('error' in answer ? [answer.error] : [])))],
  };
  if (before !== undefined && after !== undefined) {
    const crossed = after - before;
    return { ...cell, passed: Math.min(answered.length, crossed), crossed };
  }
  if (target.path !== 'local') return { ...cell, passed: answered.length };
  const expected = seenAs(client, target.node, lab.layout, family);
  const kept = answered.filter(({ peer }) => expected.includes(peer)).length;
  return { ...cell, passed: kept, clientKept: kept === answered.length };
}
