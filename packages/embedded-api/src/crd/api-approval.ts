import type { DefinitionCondition } from './definition.ts';

/** The annotation that says where an API in a community group was approved. */
export const approvalAnnotation = 'api-approved.kubernetes.io';

const reference = 'see https://github.com/kubernetes/enhancements/pull/1111';

/** True for groups that belong to the Kubernetes community: `k8s.io`, `kubernetes.io` and all below them. */
export const isProtectedGroup = (group: string): boolean => /(^|\.)(k8s|kubernetes)\.io$/.test(group);

/** How the approval annotation of a definition in a protected group is judged. */
export interface Approval {
  state: 'missing' | 'invalid' | 'approved' | 'bypassed';
  reason: string;
}

/** Judges the annotation as apiextensions' `GetAPIApprovalState` does: a URL, or a text that starts with "unapproved". */
export function approvalOf(annotations: Record<string, string> | undefined): Approval {
  const value = annotations?.[approvalAnnotation] ?? '';
  const must = `protected groups must have approval annotation "${approvalAnnotation}"`;
  if (value === '') return { state: 'missing', reason: `${must}, ${reference}` };
  if (value.startsWith('unapproved'))
    return { state: 'bypassed', reason: `not approved: ${JSON.stringify(value)}` };
  if (/^[a-zA-Z][a-zA-Z0-9+.-]*:\/\/[^/]/.test(value) && URL.canParse(value)) {
    return { state: 'approved', reason: `approved in ${value}` };
  }
  return {
    state: 'invalid',
    reason: `${must} with either a URL or a reason starting with "unapproved", ${reference}`,
  };
}

const reasons: Record<Approval['state'], string> = {
  missing: 'MissingAnnotation',
  invalid: 'InvalidAnnotation',
  approved: 'ApprovedAnnotation',
  bypassed: 'UnapprovedAnnotation',
};

/** The condition that reports the approval; undefined outside of protected groups. */
export function approvalCondition(
  group: string,
  annotations: Record<string, string> | undefined,
): DefinitionCondition | undefined {
  if (!isProtectedGroup(group)) return undefined;
  const { state, reason } = approvalOf(annotations);
  return {
    type: 'KubernetesAPIApprovalPolicyConformant',
    status: state === 'approved' ? 'True' : 'False',
    reason: reasons[state],
    message: reason,
  };
}
