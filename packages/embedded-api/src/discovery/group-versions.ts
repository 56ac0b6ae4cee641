import type { ServedResource } from '../served-resource.ts';

/** One group with its versions, the preferred one first, and in each its resources by name. */
export interface ServedGroup {
  name: string;
  versions: { version: string; resources: ServedResource[] }[];
}

/** kube-apiserver's order of its own groups. Clients resolve an ambiguous name to the first group that has it. */
const ORDER = [
  '',
  'apps',
  'events.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'networking.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'storage.k8s.io',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'scheduling.k8s.io',
  'coordination.k8s.io',
  'discovery.k8s.io',
];

const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const rank = (group: string): number => {
  const at = ORDER.indexOf(group);
  return at < 0 ? ORDER.length : at;
};

const VERSION = /^v([1-9]\d*)(?:(alpha|beta)([1-9]\d*))?$/;
const STABILITY = { alpha: 0, beta: 1 };

/**
 * Orders versions as Kubernetes prefers them: stable before beta before alpha, newer before older, and names that
 * are not Kubernetes versions last, by name. (`k8s.io/apimachinery/pkg/version`.)
 */
export const compareVersions = (a: string, b: string): number => {
  const [left, right] = [VERSION.exec(a), VERSION.exec(b)];
  if (!left || !right) return left ? -1 : right ? 1 : byName(a, b);
  const parts = ([, major, stability, minor]: RegExpExecArray): [number, number, number] => [
    stability === undefined ? 2 : STABILITY[stability as 'alpha' | 'beta'],
    Number(major),
    Number(minor ?? 0),
  ];
  const [x, y] = [parts(left), parts(right)];
  return y[0] - x[0] || y[1] - x[1] || y[2] - x[2];
};

/** What is served, arranged for discovery; the order depends only on what is served. */
export const groupVersions = (resources: readonly ServedResource[]): ServedGroup[] =>
  [...Map.groupBy(resources, (r) => r.group)]
    .sort(([a], [b]) => rank(a) - rank(b) || byName(a, b))
    .map(([name, ofGroup]) => ({
      name,
      versions: [...Map.groupBy(ofGroup, (r) => r.version)]
        .sort(([a], [b]) => compareVersions(a, b))
        .map(([version, ofVersion]) => ({
          version,
          resources: ofVersion.sort((a, b) => byName(a.plural, b.plural)),
        })),
    }));
