import type { ItemPath } from '../address/item-path.ts';
import { expected } from '../expected.ts';
import { objectOf, textOf, wholeOf, type JsonObject } from '../json-shape.ts';
import { select } from '../select.ts';

/** What an item is. `other` is a kind that some plugin brought, or a free-style project. */
export type ItemKind = 'folder' | 'pipeline' | 'multibranch' | 'other';

/** The last build of a job, in short. */
export interface LastBuild {
  readonly number: number;
  readonly building: boolean;
  /** `SUCCESS`, `UNSTABLE`, `FAILURE`, `ABORTED` or `NOT_BUILT`; absent while it runs. */
  readonly result?: string;
  /** When it was started, in milliseconds since 1970. */
  readonly startTime?: number;
}

/** An item as Jenkins' JSON shows it. */
export interface Item {
  readonly path: ItemPath;
  /** The last part of the path. The item of a branch has an encoded name: `feature%2Fx`. */
  readonly name: string;
  /** For people. */
  readonly displayName: string;
  readonly kind: ItemKind;
  /** The Java class. */
  readonly javaClass: string;
  readonly description?: string;
  /** Only jobs tell it. */
  readonly disabled?: boolean;
  /** Whether it can be built or scanned now; absent for folders. */
  readonly buildable?: boolean;
  /** Absent for folders, and for jobs without builds. */
  readonly lastBuild?: LastBuild;
}

/** The fields that `parseItem` reads. */
const itemFields = {
  name: true,
  fullName: true,
  displayName: true,
  description: true,
  disabled: true,
  buildable: true,
  lastBuild: { number: true, building: true, result: true, timestamp: true },
} as const;

/** The `tree` of what `parseItem` reads. */
export const itemTree = select(itemFields).tree;

const kinds: ReadonlyMap<string, ItemKind> = new Map([
  ['com.cloudbees.hudson.plugins.folder.Folder', 'folder'],
  ['org.jenkinsci.plugins.workflow.job.WorkflowJob', 'pipeline'],
  ['org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject', 'multibranch'],
]);

/** What items of a Java class are. */
export function kindOf(javaClass: string): ItemKind {
  return kinds.get(javaClass) ?? 'other';
}

/** An item from its JSON; UnexpectedBodyError when it is none. */
export function parseItem(value: unknown): Item {
  const json = expected(objectOf(value), 'an item');
  const fullName = expected(textOf(json['fullName']), 'an item');
  const name = expected(textOf(json['name']), 'an item');
  const javaClass = textOf(json['_class']) ?? '';
  const description = textOf(json['description']);
  const lastBuild = parseLastBuild(objectOf(json['lastBuild']));
  return {
    // A full name holds encoded names: no name of an item has a slash.
    path: fullName.split('/'),
    name,
    displayName: textOf(json['displayName']) ?? name,
    kind: kindOf(javaClass),
    javaClass,
    ...(description !== undefined && { description }),
    ...(typeof json['disabled'] === 'boolean' && { disabled: json['disabled'] }),
    ...(typeof json['buildable'] === 'boolean' && { buildable: json['buildable'] }),
    ...(lastBuild !== undefined && { lastBuild }),
  };
}

function parseLastBuild(json: JsonObject | undefined): LastBuild | undefined {
  const number = wholeOf(json?.['number']);
  if (number === undefined) return undefined;
  const result = textOf(json?.['result']);
  const startTime = wholeOf(json?.['timestamp']);
  return {
    number,
    building: json?.['building'] === true,
    ...(result !== undefined && { result }),
    ...(startTime !== undefined && { startTime }),
  };
}
