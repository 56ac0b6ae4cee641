import { segment } from '../address/segment.ts';
import type { CallOptions, Connection } from '../connection.ts';
import { expected, expectedObjects } from '../expected.ts';
import { objectOf, objectsOf, textOf, wholeOf, type JsonObject } from '../json-shape.ts';
import { builtInNode, readNode } from '../nodes/node.ts';

/** A label: what builds ask for, the nodes that have it, and how busy these are. */
export interface Label {
  readonly name: string;
  readonly description: string | undefined;
  /** The nodes that have it, which may be none: a build that asks for such a label waits. */
  readonly nodes: readonly string[];
  /** Whether no node that has it is online. */
  readonly offline: boolean;
  readonly busyExecutors: number;
  readonly idleExecutors: number;
  /** Executors of nodes that are online. */
  readonly totalExecutors: number;
}

const labelTree = 'name,description,offline,busyExecutors,idleExecutors,totalExecutors';

/** The labels of nodes. */
export class Labels {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** All labels of the nodes that the user may see, by name, in one request. Labels that only clouds offer are not. */
  async list(options: CallOptions = {}): Promise<readonly Label[]> {
    // The nodes of a label are gathered here: told with each label of each node, they would be far too many.
    const query = { tree: `computer[displayName,assignedLabels[${labelTree}]]` };
    const answer = await this.#connection.request({ ...options, path: 'computer/api/json', query });
    const labels = new Map<string, { label: Label; nodes: string[] }>();
    for (const node of expectedObjects(objectOf(await answer.json())?.['computer'], 'the nodes')) {
      const { name } = readNode(node);
      for (const label of objectsOf(node['assignedLabels']).map(readLabel)) {
        const known = labels.get(label.name);
        if (known) known.nodes.push(name);
        else labels.set(label.name, { label, nodes: [name] });
      }
    }
    return [...labels.values()]
      .map(({ label, nodes }) => ({ ...label, nodes }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** One label, or an expression over labels such as `linux && !arm64`. Jenkins knows every name; it may have no nodes. */
  async get(name: string, options: CallOptions = {}): Promise<Label> {
    const path = `label/${segment(name, 'name of a label')}/api/json`;
    const answer = await this.#connection.request({ ...options, path });
    return readLabel(expected(objectOf(await answer.json()), 'a label'));
  }
}

function readLabel(wire: JsonObject): Label {
  return {
    name: expected(textOf(wire['name']), 'the name of a label'),
    description: textOf(wire['description']),
    // Jenkins' own node has no name.
    nodes: objectsOf(wire['nodes']).map((node) => textOf(node['nodeName']) || builtInNode),
    offline: wire['offline'] === true,
    busyExecutors: wholeOf(wire['busyExecutors']) ?? 0,
    idleExecutors: wholeOf(wire['idleExecutors']) ?? 0,
    totalExecutors: wholeOf(wire['totalExecutors']) ?? 0,
  };
}
