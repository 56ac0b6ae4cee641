import { bean, type Bean } from '../tree.ts';
import { Agent, type Node } from './node.ts';

/** A label and the nodes that have it, as the API shows them; only at the top it names its class. */
export function labelBean(name: string, nodes: readonly Node[], className?: string): Bean {
  const having = nodes.filter((node) => node.labels.includes(name));
  const idle = having.reduce((sum, node) => sum + (node.isOffline ? 0 : node.executors), 0);
  return bean(
    className,
    {
      actions: () => [bean(undefined)],
      busyExecutors: () => 0,
      clouds: () => [],
      description: () => null,
      idleExecutors: () => idle,
      loadStatistics: () => bean('hudson.model.Label$1'),
      name: () => name,
      nodes: () =>
        having.map((node) =>
          node instanceof Agent
            ? bean('hudson.slaves.DumbSlave', { nodeName: () => node.name }, 9)
            : bean('hudson.model.Hudson', { nodeName: () => '' }, 9),
        ),
      offline: () => having.every((node) => node.isOffline),
      tiedJobs: () => [],
      totalExecutors: () => idle,
      propertiesList: () => [],
    },
    { name: 2 },
  );
}
