import type { RequestAttributes } from '../served-resource.ts';

/** `rbac.authorization.k8s.io/v1 PolicyRule`. */
export interface PolicyRule {
  verbs?: string[];
  apiGroups?: string[];
  resources?: string[];
  resourceNames?: string[];
  nonResourceURLs?: string[];
}

const named = (set: readonly string[] | undefined, item: string): boolean => set?.includes(item) ?? false;
const allOrNamed = (set: readonly string[] | undefined, item: string): boolean =>
  named(set, '*') || named(set, item);

/** `a/*` matches what begins with `a/`, and `*` everything. */
const urlCovers = (pattern: string, path: string): boolean =>
  pattern === path || (pattern.endsWith('*') && path.startsWith(pattern.replace(/\*+$/, '')));

/** Tells whether one rule alone allows a request. */
export const ruleAllows = (rule: PolicyRule, request: RequestAttributes): boolean => {
  if (!allOrNamed(rule.verbs, request.verb)) return false;
  if (!request.resourceRequest)
    return (rule.nonResourceURLs ?? []).some((url) => urlCovers(url, request.path));
  const { resource, subresource } = request;
  return (
    allOrNamed(rule.apiGroups, request.group) &&
    (subresource === ''
      ? allOrNamed(rule.resources, resource)
      : allOrNamed(rule.resources, `${resource}/${subresource}`) ||
        named(rule.resources, `*/${subresource}`)) &&
    (!rule.resourceNames?.length || rule.resourceNames.includes(request.name))
  );
};

/** Splits rules into pieces that each have one verb and one group, resource and name, or one URL. */
const breakDown = (rule: PolicyRule): PolicyRule[] => {
  const pieces: PolicyRule[] = [];
  const names = rule.resourceNames?.length ? rule.resourceNames : [undefined];
  for (const group of rule.apiGroups ?? [])
    for (const resource of rule.resources ?? [])
      for (const verb of rule.verbs ?? [])
        for (const name of names)
          pieces.push({
            apiGroups: [group],
            resources: [resource],
            ...(name === undefined ? {} : { resourceNames: [name] }),
            verbs: [verb],
          });
  for (const url of rule.nonResourceURLs ?? [])
    for (const verb of rule.verbs ?? []) pieces.push({ nonResourceURLs: [url], verbs: [verb] });
  return pieces;
};

const resourceCovers = (owned: readonly string[] | undefined, resource: string): boolean => {
  const slash = resource.indexOf('/');
  return allOrNamed(owned, resource) || (slash >= 0 && named(owned, `*${resource.slice(slash)}`));
};

/** `piece` has one item in each of its lists, as `breakDown` makes them. */
const covers = (owned: PolicyRule, piece: PolicyRule): boolean =>
  (piece.verbs ?? []).every((verb) => allOrNamed(owned.verbs, verb)) &&
  (piece.apiGroups ?? []).every((group) => allOrNamed(owned.apiGroups, group)) &&
  (piece.resources ?? []).every((resource) => resourceCovers(owned.resources, resource)) &&
  (piece.nonResourceURLs ?? []).every((url) =>
    (owned.nonResourceURLs ?? []).some((own) => urlCovers(own, url)),
  ) &&
  (!owned.resourceNames?.length ||
    (piece.resourceNames !== undefined &&
      piece.resourceNames.every((name) => named(owned.resourceNames, name))));

/** What of `wanted` is in none of `owned`, in pieces. Empty when everything is covered. */
export const uncovered = (owned: readonly PolicyRule[], wanted: readonly PolicyRule[]): PolicyRule[] =>
  wanted.flatMap(breakDown).filter((piece) => !owned.some((rule) => covers(rule, piece)));

const quotedList = (label: string, items: readonly string[] | undefined): string[] =>
  items?.length ? [`${label}:[${items.map((item) => JSON.stringify(item)).join(' ')}]`] : [];

/** Rules as error messages show them: pieces that differ only by verb in one line, lines sorted. */
export const describeRules = (pieces: readonly PolicyRule[]): string => {
  const lines = new Map<string, { parts: string[]; verbs: string[] }>();
  for (const piece of pieces) {
    const parts = [
      ...quotedList('APIGroups', piece.apiGroups),
      ...quotedList('Resources', piece.resources),
      ...quotedList('NonResourceURLs', piece.nonResourceURLs),
      ...quotedList('ResourceNames', piece.resourceNames),
    ];
    // URLs are not gathered by verb; the real server does not either.
    const key = parts.join() + (piece.nonResourceURLs ? String(piece.verbs) : '');
    const line = lines.get(key);
    if (line) line.verbs.push(...(piece.verbs ?? []));
    else lines.set(key, { parts, verbs: [...(piece.verbs ?? [])] });
  }
  const texts = [...lines.values()].map(
    ({ parts, verbs }) => `{${[...parts, ...quotedList('Verbs', verbs)].join(', ')}}`,
  );
  return [...new Set(texts)].sort().join('\n');
};
