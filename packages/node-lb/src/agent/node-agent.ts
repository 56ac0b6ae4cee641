import { systemClock, type Health } from '@armillary/kube';
import type { NodeAgentOptions } from './agent-options.ts';
import { RunningAgent } from './running-agent.ts';
import { thisNode } from './this-node.ts';

/** An agent that runs. */
export interface NodeAgent {
  /** Resolves when the agent has ended, by its signal or by `stop`. Rejects when it cannot go on. */
  readonly done: Promise<void>;
  /** Ends the agent; resolves when its sockets are gone. Its rules stay and go on carrying traffic. */
  stop(): Promise<void>;
  /** For `/healthz`. */
  liveness(): Health;
  /** For `/readyz`: the node was brought to its claims, and nothing that lasts is in the way. */
  readiness(): Health;
}

/**
 * Starts the agent of this node: it holds the ports that claims give to Services, installs the rules that serve them,
 * keeps both, and says on each claim what became of it. An API server that does not answer is waited for.
 *
 * @throws {NodeLbError} `Invalid` for a prefix that names cannot begin with.
 */
export async function startNodeAgent(options: NodeAgentOptions): Promise<NodeAgent> {
  const { clock = systemClock, logger, mode } = options;
  return new RunningAgent(options, (news) => thisNode({ node: options, mode, news, clock, logger }));
}
