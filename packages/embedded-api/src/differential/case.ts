import type { Answer, Exchange } from './endpoint.ts';

/** The answers so far, by the name of their step, as they came. */
export type Answers = Readonly<Record<string, Answer>>;

/** One compared exchange. */
export interface Step {
  /** Unique within the case. */
  name: string;
  request: Exchange | ((answers: Answers) => Exchange);
  /** Sends the request again until this holds, for what controllers do in their own time. */
  until?: (answer: Answer) => boolean;
  /** Asked for its effect or for later steps; the answer is not compared. */
  unchecked?: boolean;
}

/** A sequence of exchanges in a namespace of its own, run against each server from the start. */
export interface Case {
  /** A DNS label; also the name of the namespace and of the recording. */
  name: string;
  oracle: Oracle;
  steps: Step[];
}

/**
 * Which real server judges a case: kube-apiserver 1.20, or for custom resources a current apiextensions-apiserver,
 * because the older one validates and tracks them in ways long given up.
 */
export type Oracle = 'kube-apiserver' | 'apiextensions-apiserver';

/** A case whose steps are written for its namespace. */
export const inNamespace = (
  name: string,
  steps: (namespace: string) => Step[],
  oracle: Oracle = 'kube-apiserver',
): Case => ({ name, oracle, steps: steps(name) });

/** `path` of a namespaced resource: of the collection, or of one object or its subresource. */
export const core = (namespace: string, resource: string, ...rest: string[]): string =>
  ['/api/v1/namespaces', namespace, resource, ...rest].join('/');

export const grouped = (group: string, namespace: string, resource: string, ...rest: string[]): string =>
  ['/apis', group, 'namespaces', namespace, resource, ...rest].join('/');

export const get = (name: string, path: string, accept?: string): Step => ({
  name,
  request: { method: 'GET', path, ...(accept ? { accept } : {}) },
});

export const post = (name: string, path: string, body: unknown): Step => ({
  name,
  request: { method: 'POST', path, body },
});

export const put = (name: string, path: string, body: unknown): Step => ({
  name,
  request: { method: 'PUT', path, body },
});

export const remove = (name: string, path: string, body?: unknown): Step => ({
  name,
  request: { method: 'DELETE', path, ...(body === undefined ? {} : { body }) },
});

const patchTypes = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
};

export const patch = (type: keyof typeof patchTypes, name: string, path: string, body: unknown): Step => ({
  name,
  request: { method: 'PATCH', path, contentType: patchTypes[type], body },
});

/** The object of an earlier answer. */
export const bodyOf = (answers: Answers, step: string): Record<string, unknown> => {
  const body = answers[step]?.body;
  if (typeof body !== 'object' || body === null) throw new Error(`step ${step} gave no object`);
  return body as Record<string, unknown>;
};

/** `metadata` of an earlier answer's object. */
export const metadataOf = (answers: Answers, step: string): Record<string, string> =>
  bodyOf(answers, step)['metadata'] as Record<string, string>;

/** The object of an earlier step, changed, as the body of a PUT. */
export const putChanged = (
  name: string,
  path: string,
  from: string,
  change: (object: Record<string, unknown>) => void,
): Step => ({
  name,
  request: (answers) => {
    const body = structuredClone(bodyOf(answers, from));
    change(body);
    return { method: 'PUT', path, body };
  },
});
