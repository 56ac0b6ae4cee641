import type { LabelSelector, LabelSelectorRequirement } from '../kinds/label-selector.ts';
import { compileSelector, type Labels } from '../selector/selector.ts';

/** Why labels are not selected, in words; undefined when they are. */
export type Mismatch = (labels: Labels) => string | undefined;

const compiled = new WeakMap<LabelSelector, Mismatch>();

/**
 * `compileMismatch`, once for each selector: those of a source's answer come back with every alert. A selector that is
 * wrong fits nothing, and the reason is what is wrong with it, so that it concerns nobody else.
 */
export function mismatchOf(selector: LabelSelector | undefined): Mismatch {
  if (!selector) return () => undefined;
  const known = compiled.get(selector);
  if (known) return known;
  const mismatch = compileOrExplain(selector);
  compiled.set(selector, mismatch);
  return mismatch;
}

function compileOrExplain(selector: LabelSelector): Mismatch {
  try {
    return compileMismatch(selector);
  } catch (error) {
    const reason = `the selector is wrong: ${(error as Error).message}`;
    return () => reason;
  }
}

/** Most characters of a label's value, or of what a selector asks for, in a reason. */
const shownLength = 80;

/**
 * Compiles a selector part by part, so that it can say which part of it does not fit. What fits is exactly what
 * `compileSelector` selects.
 *
 * @throws {NotificationError} `Invalid`, as `compileSelector`.
 */
export function compileMismatch(selector: LabelSelector | undefined): Mismatch {
  const tests = [
    ...Object.entries(selector?.matchLabels ?? {}).map(([key, value]) => ({
      selects: compileSelector({ matchLabels: { [key]: value } }),
      words: (labels: Labels) => `${shown(labels, key)}, not ${value}`,
    })),
    ...(selector?.matchExpressions ?? []).map((requirement) => ({
      selects: compileSelector({ matchExpressions: [requirement] }),
      words: (labels: Labels) => `${shown(labels, requirement.key)}${failure(requirement)}`,
    })),
  ];
  return (labels) => tests.find(({ selects }) => !selects(labels))?.words(labels);
}

function failure({ operator, values = [], regexValue = '' }: LabelSelectorRequirement): string {
  switch (operator) {
    case 'In':
      return `, not one of ${cut(values.join(', '))}`;
    case 'NotIn':
      return ', which is excluded';
    case 'Match':
      return `, which does not match ${cut(regexValue)}`;
    case 'Exists':
      return ' and must be there';
    default:
      return ' and must not be there';
  }
}

function shown(labels: Labels, key: string): string {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  if (value === undefined) return `label ${key} is absent`;
  return `label ${key} is ${cut(value)}`;
}

const cut = (text: string): string => (text.length > shownLength ? `${text.slice(0, shownLength)}…` : text);
