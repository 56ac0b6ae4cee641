import type { ParamValue } from '../api/schema.ts';
import type { TaskRunResult } from '../api/task-run.ts';
import type { ResultSpec, Step } from '../api/task.ts';
import { typeOfValue } from '../substitution/params.ts';

/** The limit of all results of a task together when they travel in termination messages, bytes. */
export const maxResultBytes = 4096;

/** Tekton's numbers for the kinds of entries in a termination message. */
const entryType = { taskResult: 1, stepResult: 4 } as const;

interface Entry {
  key: string;
  value: string;
  type: number;
}

/** What a step leaves behind: the content of result files, by name. */
export interface WrittenResults {
  task: ReadonlyMap<string, string>;
  step: ReadonlyMap<string, string>;
}

/** The termination message of a step that carries its results; `undefined` when nothing was written. */
export function terminationMessage({ task, step }: WrittenResults): string | undefined {
  const entries = [...entriesOf(task, entryType.taskResult), ...entriesOf(step, entryType.stepResult)];
  return entries.length === 0 ? undefined : JSON.stringify(entries);
}

function entriesOf(files: ReadonlyMap<string, string>, type: number): Entry[] {
  return [...files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => ({ key, value, type }));
}

/** Reads the results out of the termination message of a step. */
export function writtenResults(message: string | undefined): WrittenResults {
  const task = new Map<string, string>();
  const step = new Map<string, string>();
  for (const { key, value, type } of message?.startsWith('[') === true ? parseMessage(message) : []) {
    if (type === entryType.taskResult) task.set(key, value);
    if (type === entryType.stepResult) step.set(key, value);
  }
  return { task, step };
}

/** A step's own results, of the types that the step declares. */
export function stepResults(step: Step, written: ReadonlyMap<string, string>): TaskRunResult[] {
  const types = new Map((step.results ?? []).map(({ name, type }) => [name, type ?? 'string']));
  return [...written].flatMap(([name, text]) => {
    const type = types.get(name);
    return type === undefined ? [] : { name, type, value: type === 'string' ? text : parseValue(text) };
  });
}

function parseMessage(message: string): Entry[] {
  try {
    return JSON.parse(message) as Entry[];
  } catch (error) {
    // A message that some other tool wrote, cut off or not JSON at all, holds no results.
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

/** The results of a task, and why they are not what was declared. */
export interface TaskResults {
  results: TaskRunResult[];
  error?: string;
}

/**
 * Turns written files into results of the declared types: a string is taken as it is (with its last newline), arrays
 * and objects are JSON. Undeclared files are ignored.
 */
export function taskResults(
  declared: readonly ResultSpec[] = [],
  files: ReadonlyMap<string, string>,
): TaskResults {
  const specs = new Map(declared.map((spec) => [spec.name, spec]));
  const results: TaskRunResult[] = [];
  const mismatches: string[] = [];
  const missing: string[] = [];
  for (const [name, text] of files) {
    const spec = specs.get(name);
    if (spec === undefined) continue;
    const { type = 'string', properties } = spec;
    const value = type === 'string' ? text : parseValue(text);
    if (typeOfValue(value) !== type) {
      mismatches.push(
        ` "${name}": task result is expected to be "${type}" type but was initialized to a different type "${typeOfValue(value)}"`,
      );
      continue;
    }
    results.push({ name, type, value });
    const absent = Object.keys(properties ?? {}).filter((key) => !(key in (value as object)));
    if (type === 'object' && absent.length > 0) missing.push(`${name}:[${absent.join(' ')}]`);
  }
  if (mismatches.length > 0) {
    const prefix =
      "Provided results don't match declared results; may be invalid JSON or missing result declaration: ";
    return { results, error: prefix + mismatches.join(',') };
  }
  if (missing.length === 0) return { results };
  const prefix = "missing keys for these results which are required in TaskResult's properties ";
  return { results, error: `${prefix}map[${missing.join(' ')}]` };
}

/** JSON of an array or an object of strings; any other text is a string. */
function parseValue(text: string): ParamValue {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
  const isStrings =
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((item) => typeof item === 'string');
  return isStrings ? (value as string[] | Record<string, string>) : text;
}
