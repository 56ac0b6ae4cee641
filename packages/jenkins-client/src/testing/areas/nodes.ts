import { apiJson, submittedForm } from '../api-json.ts';
import type { Area, Call } from '../area.ts';
import { errorPage, notFound, oops } from '../error-pages.ts';
import { plain, redirect } from '../http.ts';
import { encodeName } from '../items/item.ts';
import { bean, Inline, type Bean } from '../tree.ts';
import { labelBean } from './label.ts';
import { Agent, BuiltInNode, type Node } from './node.ts';

const ADMINISTER = 'hudson.model.Hudson.Administer';

/** Nodes and labels. Agents never connect: they are configuration without a machine. */
export function nodesArea(): Area {
  const builtIn = new BuiltInNode();
  const agents = new Map<string, Agent>();
  const all = (): readonly Node[] => [builtIn, ...agents.values()];
  const label = (name: string): Bean => labelBean(name, all());
  const nodeOf = ({ params: { name = '' } }: Call): Node => {
    const found = name === '(built-in)' || name === '(master)' ? builtIn : agents.get(name);
    if (!found) throw notFound();
    return found;
  };
  const agentOf = (call: Call): Agent => {
    const found = nodeOf(call);
    if (!(found instanceof Agent)) throw notFound();
    call.user.need(ADMINISTER);
    return found;
  };

  return {
    routes: [
      {
        on: 'server',
        method: 'GET',
        path: 'computer/api/json',
        handle: ({ request }) =>
          apiJson(
            request,
            bean('hudson.model.ComputerSet', {
              busyExecutors: () => 0,
              computer: () => new Inline(all().map((node) => node.bean(label))),
              displayName: () => 'Nodes',
              totalExecutors: () => builtIn.executors,
            }),
          ),
      },
      {
        on: 'server',
        method: 'FORM',
        path: 'computer/doCreateItem',
        handle: (call) => {
          call.user.need(ADMINISTER);
          const name = call.request.parameter('name') ?? '';
          if (name === '') throw errorPage(400, 'Query parameter is required');
          if (agents.has(name)) throw errorPage(400, `Agent called ‘${name}’ already exists`);
          if (call.request.parameter('type') !== 'hudson.slaves.DumbSlave') throw oops();
          agents.set(name, Agent.fromForm({ ...submittedForm(call.request), name }));
          return redirect(`${call.world.options.prefix}/computer/`);
        },
      },
      {
        on: 'server',
        method: 'GET',
        path: 'computer/:name/api/json',
        handle: (call) => apiJson(call.request, nodeOf(call).bean(label)),
      },
      {
        on: 'server',
        method: 'POST',
        path: 'computer/:name/configSubmit',
        handle: (call) => {
          const old = agentOf(call);
          const made = Agent.fromForm(submittedForm(call.request));
          if (made.name !== old.name && agents.has(made.name)) {
            throw errorPage(400, `Agent called ‘${made.name}’ already exists`);
          }
          made.offline = old.offline;
          agents.delete(old.name);
          agents.set(made.name, made);
          return redirect(`${nodeUrl(call)}../${encodeName(made.name)}/`);
        },
      },
      {
        on: 'server',
        method: 'GET',
        path: 'computer/:name/config.xml',
        handle: (call) => ({
          status: 200,
          headers: { 'content-type': 'application/xml' },
          body: agentOf(call).xml,
        }),
      },
      {
        on: 'server',
        method: 'FORM',
        path: 'computer/:name/toggleOffline',
        handle: (call) => {
          const node = nodeOf(call);
          call.user.need(ADMINISTER);
          node.offline = node.offline ? undefined : offlineBy(call);
          return redirect(nodeUrl(call));
        },
      },
      {
        on: 'server',
        method: 'FORM',
        path: 'computer/:name/changeOfflineCause',
        handle: (call) => {
          const node = nodeOf(call);
          call.user.need(ADMINISTER);
          node.offline = offlineBy(call);
          return redirect(nodeUrl(call));
        },
      },
      {
        on: 'server',
        method: 'POST',
        path: 'computer/:name/launchSlaveAgent',
        handle: (call) => {
          agentOf(call);
          return redirect('log');
        },
      },
      {
        on: 'server',
        method: 'POST',
        path: 'computer/:name/doDisconnect',
        handle: (call) => {
          agentOf(call);
          return redirect('.');
        },
      },
      {
        on: 'server',
        method: 'GET',
        path: 'computer/:name/logText/progressiveText',
        handle: (call) => {
          nodeOf(call);
          return plain('', { 'x-text-size': '0', 'x-more-data': 'true' });
        },
      },
      {
        on: 'server',
        method: 'FORM',
        path: 'computer/:name/doDelete',
        handle: (call) => {
          agents.delete(agentOf(call).name);
          return redirect(`${nodeUrl(call)}..`);
        },
      },
      {
        on: 'server',
        method: 'GET',
        path: 'label/:name/api/json',
        handle: (call) => {
          const { name = '' } = call.params;
          return apiJson(call.request, labelBean(name, all(), 'hudson.model.labels.LabelAtom'));
        },
      },
    ],
  };
}

function nodeUrl({ world, params }: Call): string {
  return `${world.options.prefix}/computer/${encodeName(params['name'] ?? '')}/`;
}

function offlineBy({ request, user, world }: Call): Node['offline'] {
  return {
    user: user.fullName,
    message: request.parameter('offlineMessage') ?? '',
    at: world.clock.now(),
  };
}
