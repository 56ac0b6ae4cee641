import { expected } from '../expected.ts';
import { objectsOf, textOf, wholeOf, type JsonObject } from '../json-shape.ts';

/** The name of Jenkins' own node. Before Jenkins 2.307 it was `(master)`, which newer ones take, too. */
export const builtInNode = '(built-in)';

/** A node of Jenkins: its own, or an agent. */
export interface JenkinsNode {
  /** The name in paths: `(built-in)` for Jenkins' own node. */
  readonly name: string;
  readonly displayName: string;
  readonly builtIn: boolean;
  /** Absent in lists. */
  readonly description: string | undefined;
  readonly executors: number;
  /** Whether no build runs on it. */
  readonly idle: boolean;
  readonly offline: boolean;
  /** Whether somebody took it offline; an agent may be offline without that. */
  readonly takenOffline: boolean;
  readonly offlineReason: string | undefined;
  /** Its labels; every node has its own name among them. */
  readonly labels: readonly string[];
  /** Whether it connects to Jenkins by itself. */
  readonly inbound: boolean;
}

/** Fields of a node, for lists. */
export const nodeTree =
  'displayName,offline,temporarilyOffline,offlineCauseReason,numExecutors,assignedLabels[name],idle,jnlpAgent';

/** Reads one `computer`. Its own name is only told by its display name, which for Jenkins' own node is a title. */
export function readNode(wire: JsonObject): JenkinsNode {
  const displayName = expected(textOf(wire['displayName']), 'the name of a node');
  const builtIn = wire['_class'] === 'hudson.model.Hudson$MasterComputer';
  return {
    name: builtIn ? builtInNode : displayName,
    displayName,
    builtIn,
    description: textOf(wire['description']),
    executors: wholeOf(wire['numExecutors']) ?? 0,
    idle: wire['idle'] === true,
    offline: wire['offline'] === true,
    takenOffline: wire['temporarilyOffline'] === true,
    offlineReason: textOf(wire['offlineCauseReason']) || undefined,
    labels: objectsOf(wire['assignedLabels']).map((label) =>
      expected(textOf(label['name']), 'a label of a node'),
    ),
    inbound: wire['jnlpAgent'] === true,
  };
}
