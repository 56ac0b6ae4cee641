import type { SourceQuestion } from './source-answer.ts';

/** A question in the form in which one source gets it. Equal queries have equal keys. */
export interface SourceQuery {
  /** What an answer is remembered by: the query string. */
  readonly key: string;
  /** Names and values in the order of the source's `keyLabels`. */
  readonly parameters: readonly [name: string, value: string][];
}

/**
 * The part of a question that a source asked for by `keyLabels`: nothing else leaves the process, and all alerts that
 * are alike in it share an answer. Labels that an alert does not have are left out. KubeSphere's label `rule_level` is
 * the parameter `ruleLevel`, like the parameters beside it.
 */
export function sourceQuery(question: SourceQuestion, keyLabels: readonly string[]): SourceQuery {
  const known: Readonly<Record<string, string | undefined>> = {
    cluster: question.cluster,
    namespace: question.namespace,
  };
  const parameters = keyLabels.flatMap((label) => {
    const name = label === 'rule_level' ? 'ruleLevel' : label;
    const value =
      known[label] ?? (Object.hasOwn(question.labels, label) ? question.labels[label] : undefined);
    return value === undefined ? [] : [[name, value] satisfies [string, string]];
  });
  return {
    key: new URLSearchParams(parameters).toString(),
    parameters,
  };
}

/** The query that a key stands for. */
export const queryOfKey = (key: string): SourceQuery => ({ key, parameters: [...new URLSearchParams(key)] });

/** Whether a query asks about this cluster and namespace, as far as it and the arguments say which. */
export function concerns(
  query: SourceQuery,
  cluster: string | undefined,
  namespace: string | undefined,
): boolean {
  const value = (name: string) => query.parameters.find(([parameter]) => parameter === name)?.[1];
  const agrees = (name: string, wanted: string | undefined): boolean =>
    wanted === undefined || (value(name) ?? wanted) === wanted;
  return agrees('cluster', cluster) && agrees('namespace', namespace);
}
