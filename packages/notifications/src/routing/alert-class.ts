import type { Alert } from '../alerts/alert.ts';
import type { SourceQuestion } from '../sources/source-answer.ts';
import type { RoutingWorld } from './routing-world.ts';

/**
 * Which alerts concern tenants. `rule-level`: those with the label `rule_level: namespace` (upstream's newest).
 * `namespace`: all that name a namespace (upstream up to v2.6). `auto`: by the label `rule_level` when the alert has
 * one, else by the namespace.
 */
export const tenantMatches = ['auto', 'rule-level', 'namespace'] as const;
/** One of the ways. */
export type TenantMatch = (typeof tenantMatches)[number];

/** The annotation of a NotificationManager that sets the `TenantMatch`. */
export const tenantMatchAnnotation = 'notification.armillary.dev/tenant-match';

/** Whether an alert concerns tenants, and those of which namespace. */
export interface AlertClass {
  readonly matched: boolean;
  /** In words. */
  readonly reason: string;
  readonly cluster: string;
  /** Absent when the alert names none. */
  readonly namespace?: string;
}

/** Decides whether an alert concerns tenants. */
export function classOfAlert({ labels }: Alert, mode: TenantMatch): AlertClass {
  const { namespace, cluster = '', rule_level: level } = labels;
  if (!namespace) return { matched: false, reason: 'the alert names no namespace', cluster };
  const known = { cluster, namespace };
  if (mode === 'namespace') return { matched: true, reason: 'the alert names a namespace', ...known };
  if (level === 'namespace') {
    return { matched: true, reason: 'the alert is of a rule for namespaces (rule_level)', ...known };
  }
  if (level !== undefined) {
    return {
      matched: false,
      reason: `the alert is of a rule for a ${level.slice(0, 63)} (rule_level)`,
      ...known,
    };
  }
  return mode === 'auto'
    ? { matched: true, reason: 'the alert names a namespace and no rule_level', ...known }
    : { matched: false, reason: 'the alert has no label rule_level', ...known };
}

/** What sources are asked about an alert; undefined when no tenant is concerned, so that none is asked. */
export function sourceQuestion(alert: Alert, world: RoutingWorld): SourceQuestion | undefined {
  const { matched, cluster, namespace } = classOfAlert(alert, world.tenantMatch);
  return matched && namespace !== undefined ? { cluster, namespace, labels: alert.labels } : undefined;
}
