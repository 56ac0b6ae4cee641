import { segment } from '../address/segment.ts';
import type { CallOptions, Connection, JenkinsRequest } from '../connection.ts';
import { Deadline } from '../deadline.ts';
import { AppliedDifferentlyError, ConflictError, InvalidError, isJenkinsError } from '../errors.ts';
import { expected, expectedObjects } from '../expected.ts';
import { objectOf } from '../json-shape.ts';
import { encodeAgent, type AgentSpec } from './agent-spec.ts';
import { nodeTree, readNode, type JenkinsNode } from './node.ts';

/** The nodes that builds run on. Names are those of agents, or `(built-in)`. */
export class Nodes {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** All nodes that the user may see. */
  async list(options: CallOptions = {}): Promise<readonly JenkinsNode[]> {
    const query = { tree: `busyExecutors,totalExecutors,computer[${nodeTree}]` };
    const answer = await this.#connection.request({ ...options, path: 'computer/api/json', query });
    return expectedObjects(objectOf(await answer.json())?.['computer'], 'the nodes').map(readNode);
  }

  /** One node; NotFoundOrHiddenError when there is none. */
  async get(name: string, options: CallOptions = {}): Promise<JenkinsNode> {
    const answer = await this.#connection.request({ ...options, path: nodePath(name, 'api/json') });
    return readNode(expected(objectOf(await answer.json()), 'a node'));
  }

  /** Makes a permanent agent; ConflictError when there is a node of that name. */
  async create(spec: AgentSpec, options: CallOptions = {}): Promise<JenkinsNode> {
    const deadline = new Deadline(this.#connection.clock, options);
    const json = encodeAgent(spec);
    checkName(spec.name);
    const form = { name: spec.name, type: 'hudson.slaves.DumbSlave', json: JSON.stringify(json) };
    try {
      await this.#post('computer/doCreateItem', { form }, deadline.left());
    } catch (error) {
      if (isJenkinsError(error, 'Invalid') && (await this.#exists(spec.name, deadline.left()))) {
        throw new ConflictError(
          `There is a node "${spec.name}" already. Update it, or choose another name.`,
          {
            cause: error,
          },
        );
      }
      throw error;
    }
    return this.#readBack(spec, deadline.left());
  }

  /**
   * Replaces the configuration of an agent as a whole: what the specification does not say goes back to its default,
   * and properties that others set on the node are lost. Another name in it renames the agent. AppliedDifferentlyError
   * when Jenkins shows something else afterwards.
   */
  async update(name: string, spec: AgentSpec, options: CallOptions = {}): Promise<JenkinsNode> {
    const deadline = new Deadline(this.#connection.clock, options);
    const form = { json: JSON.stringify(encodeAgent(spec)) };
    checkName(spec.name);
    await this.#post(
      nodePath(name, 'configSubmit'),
      { form, repeatable: name === spec.name },
      deadline.left(),
    );
    return this.#readBack(spec, deadline.left());
  }

  /** Deletes an agent; NotFoundOrHiddenError when there is none. */
  async delete(name: string, options: CallOptions = {}): Promise<void> {
    await this.#post(nodePath(name, 'doDelete'), {}, options);
  }

  /**
   * Lets a node take no more builds; those that run go on. Jenkins' route is a switch, so this looks first, changes
   * just the message of a node that is offline already, and looks again: ConflictError when somebody else switched
   * meanwhile.
   */
  async takeOffline(name: string, message = '', options: CallOptions = {}): Promise<JenkinsNode> {
    const deadline = new Deadline(this.#connection.clock, options);
    const { takenOffline, offlineReason } = await this.get(name, deadline.left());
    const form = { offlineMessage: message };
    if (!takenOffline) await this.#post(nodePath(name, 'toggleOffline'), { form }, deadline.left());
    else if ((offlineReason ?? '') !== message) {
      await this.#post(nodePath(name, 'changeOfflineCause'), { form, repeatable: true }, deadline.left());
    }
    return this.#switched(name, true, deadline.left());
  }

  /** Takes back what `takeOffline` did. It does not connect an agent that is offline for another reason. */
  async bringOnline(name: string, options: CallOptions = {}): Promise<JenkinsNode> {
    const deadline = new Deadline(this.#connection.clock, options);
    const { takenOffline } = await this.get(name, deadline.left());
    if (takenOffline) {
      await this.#post(nodePath(name, 'toggleOffline'), { form: { offlineMessage: '' } }, deadline.left());
    }
    return this.#switched(name, false, deadline.left());
  }

  /**
   * Connects an agent, anew when an attempt is under way; `get` and `log` tell how it goes. Nothing happens when it is
   * connected, or when it connects by itself (SlaveComputer.doLaunchSlaveAgent, read in the source, not tried).
   */
  async connect(name: string, options: CallOptions = {}): Promise<void> {
    // Of an agent that is connected already, Jenkins answers a page that says so.
    await this.#post(nodePath(name, 'launchSlaveAgent'), { accept: [200, 302], repeatable: true }, options);
  }

  /**
   * Breaks the connection of an agent; the builds on it wait or fail. Nothing happens when it has none
   * (SlaveComputer.doDoDisconnect, read in the source, not tried).
   */
  async disconnect(name: string, message = '', options: CallOptions = {}): Promise<void> {
    const form = { offlineMessage: message };
    await this.#post(nodePath(name, 'doDisconnect'), { form, repeatable: true }, options);
  }

  /** What was logged when the agent was last connected; at most 10,000 lines, as Jenkins gives them. */
  async log(name: string, options: CallOptions = {}): Promise<string> {
    const path = nodePath(name, 'logText/progressiveText');
    const answer = await this.#connection.request({ ...options, path, query: { start: 0 } });
    return answer.text();
  }

  async #switched(name: string, takenOffline: boolean, options: CallOptions): Promise<JenkinsNode> {
    const node = await this.get(name, options);
    if (node.takenOffline === takenOffline) return node;
    throw new ConflictError(
      `Somebody else switched the node "${name}" at the same time. Look at it and try again.`,
    );
  }

  async #exists(name: string, options: CallOptions): Promise<boolean> {
    try {
      await this.get(name, options);
      return true;
    } catch (error) {
      if (isJenkinsError(error, 'NotFoundOrHidden')) return false;
      throw error;
    }
  }

  async #readBack(spec: AgentSpec, options: CallOptions): Promise<JenkinsNode> {
    const node = await this.get(spec.name, options);
    const differing: string[] = [];
    if (node.executors !== (spec.executors ?? 1)) differing.push('executors');
    if ((node.description ?? '') !== (spec.description ?? '')) differing.push('description');
    if (spec.labels?.some((label) => !node.labels.includes(label)) === true) differing.push('labels');
    if (differing.length === 0) return node;
    throw new AppliedDifferentlyError(
      `Jenkins took the node "${spec.name}" but shows other ${differing.join(', ')}.`,
      differing,
    );
  }

  async #post(
    path: string,
    request: Pick<JenkinsRequest, 'form' | 'repeatable' | 'accept'>,
    options: CallOptions,
  ): Promise<void> {
    const answer = await this.#connection.request({
      accept: [302],
      ...options,
      ...request,
      method: 'POST',
      path,
    });
    await answer.discard();
  }
}

/** A name that no path can hold would make a node that nobody can delete, and Jenkins cuts off blanks without a word. */
function checkName(name: string): void {
  nodePath(name, '');
  if (name.trim() !== name)
    throw new InvalidError(`"${name}" is no name of a node: it begins or ends with a blank.`);
}

function nodePath(name: string, route: string): string {
  return `computer/${segment(name, 'name of a node')}/${route}`;
}
