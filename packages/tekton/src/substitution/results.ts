import type { PipelineTask } from '../api/pipeline.ts';
import { taskFields, pipelineTaskFields } from './fields.ts';
import { variablesIn } from './replacements.ts';
import { textsOf } from './substitute.ts';

/** A variable that names a task's result, e.g. `tasks.build.results.image[0]`. */
export interface ResultRef {
  /** The text between `$(` and `)`. */
  variable: string;
  scope: 'tasks' | 'finally';
  task: string;
  result: string;
  /** The index of an array's item. */
  index?: number;
  /** The key of an object. */
  key?: string;
  /** Stands for the whole array or object (`[*]`). */
  whole: boolean;
}

const resultVariable =
  /^(tasks|finally)\.([^.[\]]+)\.results(?:\.([^.[\]]+)|\["([^"]+)"\]|\['([^']+)'\])(?:\[(\d+|\*)\]|\.([^[\]]+))?$/;

/** Reads a variable's name as a result reference; `undefined` when it is something else. */
export function parseResultRef(variable: string): ResultRef | undefined {
  const match = resultVariable.exec(variable);
  if (match === null) return undefined;
  const [, scope, task = '', dotted, double, single, index, key] = match;
  return {
    variable,
    scope: scope === 'finally' ? 'finally' : 'tasks',
    task,
    result: dotted ?? double ?? single ?? '',
    whole: index === '*',
    ...(index !== undefined && index !== '*' && { index: Number(index) }),
    ...(key !== undefined && { key }),
  };
}

/** The result references in a text. */
function resultRefsIn(text: string): ResultRef[] {
  return variablesIn(text).flatMap((name) => parseResultRef(name) ?? []);
}

/** The result references that decide when and with what a task of a pipeline runs. */
export function resultRefsOf(task: PipelineTask): ResultRef[] {
  return unique(textsOf(task, pipelineTaskFields).flatMap(resultRefsIn));
}

/** The references inside an embedded task: its fields take results of earlier tasks too, but may go without. */
export function embeddedResultRefsOf(task: PipelineTask): ResultRef[] {
  return task.taskSpec === undefined ? [] : unique(textsOf(task.taskSpec, taskFields).flatMap(resultRefsIn));
}

function unique(refs: ResultRef[]): ResultRef[] {
  return [...new Map(refs.map((ref) => [ref.variable, ref])).values()];
}
