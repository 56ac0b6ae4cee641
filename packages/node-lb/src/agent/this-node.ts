import type { Clock, Logger } from '@armillary/kube';
import { socketPortHolder } from '../claims/socket-port-holder.ts';
import { ProgramStarter } from '../host/program-starter.ts';
import { systemCommands } from '../host/system-commands.ts';
import { watchHost } from '../host/watch-host.ts';
import type { NodeOptions } from './agent-options.ts';
import type { LocalNode, NodeNews } from './local-node.ts';
import { lockNode } from './node-lock.ts';
import { NodeRules } from './node-rules.ts';
import { ProxyMemory } from './proxy-memory.ts';
import { surveyAsGuest, surveyNode } from './node-surveyor.ts';

/** What the parts of this node are made with. */
export interface ThisNodeOptions {
  node: NodeOptions;
  mode: 'apply' | 'plan';
  news: NodeNews;
  clock: Clock;
  logger: Logger;
}

/** The parts of the node that this process runs on, in whose network it is. */
export function thisNode({ node, mode, news, clock, logger }: ThisNodeOptions): LocalNode {
  const starter = new ProgramStarter();
  const commands = systemCommands(clock, starter.run);
  const rules = new NodeRules(node, commands);
  const memory = new ProxyMemory();
  const holder = socketPortHolder({
    onLeak: (port) => news.leaked(port),
    isServed: (port) => news.isServed(port),
    clock,
  });
  return {
    // Any number may plan.
    lock: async () => (mode === 'plan' ? async () => {} : lockNode(node.prefix)),
    surveyor: {
      async survey(signal) {
        if (mode === 'plan') return surveyAsGuest(node, commands, signal);
        const survey = memory.recall(await surveyNode(node, commands, signal), clock.now());
        await rules.use(survey.backends, signal);
        return survey;
      },
    },
    holder,
    rules,
    forget: rules.forget.bind(rules),
    watch: async (signal) => {
      // A plan is not damaged by anybody.
      if (mode === 'plan') return;
      const isLegacy = (): boolean => rules.hasLegacy;
      const onChange = news.changed.bind(news);
      const { link, prefix } = node;
      await watchHost({ commands, link, prefix, isLegacy, onChange, clock, logger }, signal);
    },
    close: async () => {
      await holder.close();
      starter.close();
    },
  };
}
