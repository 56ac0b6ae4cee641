import { invalid, required, forbidden, notSupported, type Cause } from '@armillary/resource';
import { NotificationError } from '../errors.ts';
import type { LabelSelector, LabelSelectorRequirement } from '../kinds/label-selector.ts';
import { compileExpression, expressionProblem } from './expression.ts';
import { labelKeyProblem, labelValueProblem } from './label-syntax.ts';

/** Labels of an alert or object. */
export type Labels = Readonly<Record<string, string>>;

/** Whether labels are selected. Without labels at all nothing is, unless there is no selector either. */
export type Selector = (labels: Labels | undefined) => boolean;

const operators = ['In', 'NotIn', 'Exists', 'DoesNotExist', 'Match'];

/**
 * A selector at work: Kubernetes' semantics (`labels.Requirement`), with `Match` looking for an RE2 expression in the
 * value of the label, which is empty when the label is absent. No selector selects everything.
 *
 * @throws {NotificationError} `Invalid` when Kubernetes would refuse the selector, as it does for values that no label
 * can have: a selector for an alert name with a space in it is wrong, and does not merely fail to match.
 */
export function compileSelector(selector: LabelSelector | undefined): Selector {
  if (!selector) return () => true;
  const [cause] = selectorCauses(selector, 'selector');
  if (cause) throw new NotificationError('Invalid', `${cause.field}: ${cause.message}`);
  const tests = [
    ...Object.entries(selector.matchLabels ?? {}).map(
      ([key, value]) =>
        (labels: Labels) =>
          valueOf(labels, key) === value,
    ),
    ...(selector.matchExpressions ?? []).map(compileRequirement),
  ];
  return (labels) => labels !== undefined && tests.every((test) => test(labels));
}

/**
 * The meaning that upstream gives to `globalReceiverSelector` and `tenantReceiverSelector`: any one pair of
 * `matchLabels` is enough, and nothing else counts. No selector selects nothing.
 */
export const matchesAny = (selector: LabelSelector | undefined, labels: Labels | undefined): boolean =>
  labels !== undefined &&
  Object.entries(selector?.matchLabels ?? {}).some(([key, value]) => valueOf(labels, key) === value);

/** What Kubernetes or RE2 would refuse in a selector that stands in `field`; its types must be right. */
export function selectorCauses(selector: LabelSelector, field: string): Cause[] {
  return [
    ...Object.entries(selector.matchLabels ?? {}).flatMap(([key, value]) => [
      ...wrong(`${field}.matchLabels`, key, labelKeyProblem(key)),
      ...wrong(`${field}.matchLabels`, value, labelValueProblem(value)),
    ]),
    ...(selector.matchExpressions ?? []).flatMap((requirement, index) =>
      requirementCauses(requirement, `${field}.matchExpressions[${index}]`),
    ),
  ];
}

function requirementCauses(requirement: LabelSelectorRequirement, field: string): Cause[] {
  const { key, operator, values = [], regexValue = '' } = requirement;
  // Upstream hands a Match to the regular expression only: neither key nor values are looked at.
  if (operator === 'Match') return wrong(`${field}.regexValue`, regexValue, expressionProblem(regexValue));
  if (!operators.includes(operator)) return [notSupported(`${field}.operator`, operator, operators)];
  const causes = wrong(`${field}.key`, key, labelKeyProblem(key));
  const takesValues = operator === 'In' || operator === 'NotIn';
  if (takesValues && values.length === 0) {
    causes.push(required(`${field}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
  }
  if (!takesValues && values.length > 0) {
    causes.push(
      forbidden(`${field}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"),
    );
  }
  return [
    ...causes,
    ...values.flatMap((value, index) => wrong(`${field}.values[${index}]`, value, labelValueProblem(value))),
  ];
}

const wrong = (field: string, value: string, problem: string | undefined): Cause[] =>
  problem === undefined ? [] : [invalid(field, value, problem)];

function compileRequirement(requirement: LabelSelectorRequirement): (labels: Labels) => boolean {
  const { key, operator, values = [], regexValue = '' } = requirement;
  if (operator === 'Match') {
    const found = compileExpression(regexValue);
    return (labels) => found(valueOf(labels, key) ?? '');
  }
  if (operator === 'Exists') return (labels) => Object.hasOwn(labels, key);
  if (operator === 'DoesNotExist') return (labels) => !Object.hasOwn(labels, key);
  const listed = new Set<string | undefined>(values);
  return operator === 'In'
    ? (labels) => listed.has(valueOf(labels, key))
    : (labels) => !listed.has(valueOf(labels, key));
}

// Labels come from outside: `constructor` is a fine name for one.
const valueOf = (labels: Labels, key: string): string | undefined =>
  Object.hasOwn(labels, key) ? labels[key] : undefined;
