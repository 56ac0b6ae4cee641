import type { KubeObject } from '../object.ts';
import { badRequest } from '../status-error.ts';

/** Tells whether an object is selected. */
export type ObjectMatcher = (object: KubeObject) => boolean;

type Requirement = (labels: Record<string, string>) => boolean;

const labelKey = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const labelValue = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
const setBased = /^(\S+)\s+(in|notin)\s*\(([^()]*)\)$/;
const equality = /^([^=!<>\s]+)\s*(==|=|!=)\s*([^=!<>\s]*)$/;
const ordered = /^([^=!<>\s]+)\s*([<>])\s*(\d+)$/;

/**
 * Parses the query form of a label selector (`a=b,c!=d,e in (f,g),h,!i`); undefined selects everything. Throws a
 * 400 on anything else. Grammar: k8s.io/apimachinery `labels.Parse`.
 */
export function labelSelector(text: string | undefined): ObjectMatcher | undefined {
  if (!text?.trim()) return undefined;
  const requirements = split(text).map((part) => requirement(part, text));
  return ({ metadata: { labels } }) => requirements.every((matches) => matches(labels ?? {}));
}

/** Splits at commas outside of parentheses. */
function split(text: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let depth = 0;
  for (let i = 0; i <= text.length; i++) {
    const c = text[i];
    if (c === '(') depth++;
    else if (c === ')') depth--;
    else if (c === undefined || (c === ',' && depth === 0)) {
      parts.push(text.slice(start, i).trim());
      start = i + 1;
    }
  }
  return parts;
}

function requirement(part: string, text: string): Requirement {
  const refuse = (why: string): never => {
    throw badRequest(`unable to parse requirement: ${why} in the label selector ${JSON.stringify(text)}`);
  };
  const key = (name: string): string => (labelKey.test(name) ? name : refuse(`invalid label key "${name}"`));
  const value = (v: string): string => (labelValue.test(v) ? v : refuse(`invalid label value "${v}"`));

  const inSet = setBased.exec(part);
  if (inSet) {
    const name = key(inSet[1]!);
    const values = new Set(inSet[3]!.split(',').map((v) => value(v.trim())));
    if (inSet[2] === 'in') return (labels) => Object.hasOwn(labels, name) && values.has(labels[name]!);
    return (labels) => !Object.hasOwn(labels, name) || !values.has(labels[name]!);
  }
  const equal = equality.exec(part);
  if (equal) {
    const name = key(equal[1]!);
    const wanted = value(equal[3]!);
    if (equal[2] === '!=') return (labels) => !Object.hasOwn(labels, name) || labels[name] !== wanted;
    return (labels) => Object.hasOwn(labels, name) && labels[name] === wanted;
  }
  const order = ordered.exec(part);
  if (order) {
    const name = key(order[1]!);
    const bound = Number(order[3]);
    const sign = order[2] === '>' ? 1 : -1;
    return (labels) => /^-?\d+$/.test(labels[name] ?? '') && (Number(labels[name]) - bound) * sign > 0;
  }
  if (part.startsWith('!')) {
    const name = key(part.slice(1).trim());
    return (labels) => !Object.hasOwn(labels, name);
  }
  const name = key(part);
  return (labels) => Object.hasOwn(labels, name);
}
