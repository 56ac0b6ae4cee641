import type { KubeObject } from '../object.ts';
import { badRequest, tooManyRequests } from '../status-error.ts';
import type { StoreReader } from '../storage/store-event.ts';

interface LabelSelector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

const retrySeconds = 10;

/**
 * Checks a POST `pods/NAME/eviction` and returns the DeleteOptions to go on with. Throws 429 when a disruption budget
 * in the namespace covers the pod and has nothing left. Budgets are kept up to date by whoever controls them.
 */
export function evictionOptions(store: StoreReader, pod: KubeObject, eviction: KubeObject): unknown {
  const { namespace = '', name = '' } = pod.metadata;
  const named = eviction.metadata?.name;
  if (named && named !== name) {
    throw badRequest('name in URL does not match name in Eviction object');
  }
  const phase = (pod['status'] as { phase?: string } | undefined)?.phase;
  const finished = phase === 'Succeeded' || phase === 'Failed' || phase === 'Pending';
  for (const budget of finished ? [] : store.list('poddisruptionbudgets.policy', namespace)) {
    const selector = (budget['spec'] as { selector?: LabelSelector } | undefined)?.selector;
    const status = budget['status'] as { disruptionsAllowed?: number } | undefined;
    if (!selector || !selects(selector, pod.metadata.labels ?? {}) || (status?.disruptionsAllowed ?? 0) > 0)
      continue;
    throw tooManyRequests("Cannot evict pod as it would violate the pod's disruption budget.", retrySeconds);
  }
  return eviction['deleteOptions'] ?? undefined;
}

function selects(
  { matchLabels = {}, matchExpressions = [] }: LabelSelector,
  labels: Record<string, string>,
): boolean {
  const equal = Object.entries(matchLabels).every(([key, value]) => labels[key] === value);
  return (
    equal &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key];
      if (operator === 'In') return value !== undefined && values.includes(value);
      if (operator === 'NotIn') return value === undefined || !values.includes(value);
      return (value !== undefined) === (operator === 'Exists');
    })
  );
}
