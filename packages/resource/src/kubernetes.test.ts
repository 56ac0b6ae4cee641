import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checkSchema, ResourceSchema } from './index.ts';
import type { Cause, JsonSchema } from './index.ts';
import { kubernetesCases } from './testing/kubernetes-cases.ts';
import type { KubernetesAnswer, KubernetesCase } from './testing/kubernetes-cases.ts';

// The answers of a real apiextensions-apiserver 1.36, see scripts/record-kubernetes.ts.
const answers = JSON.parse(
  readFileSync(new URL('../fixtures/kubernetes.json', import.meta.url), 'utf8'),
) as Record<string, KubernetesAnswer>;

const typeMeta: Record<string, JsonSchema> = {
  apiVersion: { type: 'string' },
  kind: { type: 'string' },
  metadata: { type: 'object' },
};

function answer({ schema, root, status, object, update }: KubernetesCase): KubernetesAnswer {
  const whole: JsonSchema = root ? schema : { type: 'object', properties: { spec: schema } };
  const causes = checkSchema(whole, 'spec.validation.openAPIV3Schema', { status: status === true });
  if (causes.length > 0) return { schemaCauses: causes };
  if (object === undefined) return {};
  const resource = new ResourceSchema({ ...whole, properties: { ...typeMeta, ...whole.properties } });
  const type = { apiVersion: 'example.dev/v1', kind: 'Thing', metadata: { name: 'thing' } };
  const prepare = (value: unknown): { unknown: string[]; made: Record<string, unknown> } => {
    const made = structuredClone({ ...type, ...(root ? (value as object) : { spec: value }) });
    const unknown = resource.prune(made);
    resource.default(made);
    return { unknown, made };
  };
  let { unknown, made } = prepare(object);
  let refused = resource.validate(made);
  if (refused.length === 0 && update !== undefined) {
    const next = prepare(update);
    refused = resource.validate(next.made, made);
    ({ unknown, made } = next);
  }
  if (refused.length > 0) return { causes: refused };
  const { apiVersion: _v, kind: _k, metadata: _m, ...rest } = made;
  return {
    stored: root ? rest : rest['spec'],
    ...(unknown.length > 0 ? { unknown: unknown.map((path) => `unknown field "${path}"`) } : {}),
  };
}

const sorted = (causes: Cause[] | undefined): string[] | undefined =>
  causes?.map(({ reason, field, message }) => `${field}: ${message} (${reason})`).sort();
const comparable = (given: KubernetesAnswer): object => ({
  ...given,
  ...(given.causes ? { causes: sorted(given.causes) } : {}),
  ...(given.schemaCauses ? { schemaCauses: sorted(given.schemaCauses) } : {}),
});

// Where we differ, and why.
const differs: Record<string, string> = {
  'root restricted with status': 'the server prints the schema as its internal type',
  'rule with message expression': 'the server estimates costs and refuses rules over unbounded values',
  'rule lists': 'the server estimates costs and refuses rules over unbounded values',
  'rule string functions': 'undefined functions are told in other words',
  'rule math': 'undefined functions are told in other words',
  'syntax error in a rule': 'syntax errors are told in other words',
  'heterogeneous list': 'mixed lists are told in other words',
};

describe('as a real API server', () => {
  test.each(kubernetesCases.map((question) => [question.name, question] as const))('%s', (name, question) => {
    const equal = expect(comparable(answer(question)));
    if (differs[name]) equal.not.toEqual(comparable(answers[name] ?? {}));
    else equal.toEqual(comparable(answers[name] ?? {}));
  });
});
