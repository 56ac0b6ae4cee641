import { modelName } from '../builtin/kinds.ts';
import { groupVersionName } from '../discovery/resource-list.ts';
import { subresourcesOf } from '../discovery/subresources.ts';
import type { Schema, ServedResource } from '../served-resource.ts';
import { componentName, reference } from './components.ts';

const meta = (type: string): Schema => reference(modelName('meta.k8s.io', 'v1', type));

const query = (name: string, type = 'string'): Schema => ({
  name,
  in: 'query',
  schema: { type, uniqueItems: true },
});
const inPath = (name: string): Schema => ({
  name,
  in: 'path',
  required: true,
  schema: { type: 'string', uniqueItems: true },
});

const PRETTY = query('pretty');
// kubectl looks for `fieldValidation` on PATCH to learn that the server validates fields.
const WRITE = [query('dryRun'), query('fieldManager'), query('fieldValidation')];
const LIST = [
  query('allowWatchBookmarks', 'boolean'),
  query('continue'),
  query('fieldSelector'),
  query('labelSelector'),
  query('limit', 'integer'),
  query('resourceVersion'),
  query('resourceVersionMatch'),
  query('sendInitialEvents', 'boolean'),
  query('timeoutSeconds', 'integer'),
  query('watch', 'boolean'),
];
const DELETE = [
  query('dryRun'),
  query('gracePeriodSeconds', 'integer'),
  query('orphanDependents', 'boolean'),
  query('propagationPolicy'),
];

/** One request: what it does (`x-kubernetes-action`), what it takes and what it answers. */
interface Operation {
  action: 'get' | 'list' | 'post' | 'put' | 'patch' | 'delete' | 'deletecollection';
  parameters: Schema[];
  body?: { schema: Schema; types: string[] };
  answer: Schema;
  successCodes: number[];
}

const PATCH_TYPES = [
  'application/apply-patch+yaml',
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
];

const content = (types: readonly string[], schema: Schema): Schema =>
  Object.fromEntries(types.map((type) => [type, { schema }]));

/** The operations of one path on `shape` for the verbs given, by HTTP method. */
const operations = (
  verbs: readonly string[],
  shape: Schema,
  list: Schema | undefined,
  custom: boolean,
): Record<string, Operation> => {
  const all: Record<string, Operation> = {};
  const body = { schema: shape, types: ['*/*'] };
  if (list && verbs.includes('list'))
    all['get'] = { action: 'list', parameters: LIST, answer: list, successCodes: [200] };
  if (!list && verbs.includes('get'))
    all['get'] = { action: 'get', parameters: [], answer: shape, successCodes: [200] };
  if (verbs.includes('create'))
    all['post'] = { action: 'post', parameters: WRITE, body, answer: shape, successCodes: [200, 201, 202] };
  if (verbs.includes('update'))
    all['put'] = { action: 'put', parameters: WRITE, body, answer: shape, successCodes: [200, 201] };
  if (verbs.includes('patch'))
    all['patch'] = {
      action: 'patch',
      parameters: [...WRITE, query('force', 'boolean')],
      // Custom resources have no merge keys, so that a strategic merge patch means nothing for them.
      body: { schema: { type: 'object' }, types: custom ? PATCH_TYPES.slice(0, 3) : PATCH_TYPES },
      answer: shape,
      successCodes: [200, 201],
    };
  const deletion = { body: { schema: meta('DeleteOptions'), types: ['*/*'] }, answer: meta('Status') };
  if (verbs.includes('delete'))
    all['delete'] = { action: 'delete', parameters: DELETE, ...deletion, successCodes: [200, 202] };
  if (verbs.includes('deletecollection'))
    all['delete'] = {
      action: 'deletecollection',
      parameters: [...DELETE, ...LIST],
      ...deletion,
      successCodes: [200],
    };
  return all;
};

interface Kind {
  group: string;
  version: string;
  kind: string;
}

const VERB_IN_ID: Record<Operation['action'], string> = {
  get: 'read',
  list: 'list',
  post: 'create',
  put: 'replace',
  patch: 'patch',
  delete: 'delete',
  deletecollection: 'deleteCollection',
};

const pathItem = (
  id: { prefix: string; suffix: string; tag: string },
  kind: Kind,
  pathParameters: Schema[],
  all: Record<string, Operation>,
): Schema => ({
  parameters: [...pathParameters, PRETTY],
  ...Object.fromEntries(
    Object.entries(all).map(([method, operation]) => [
      method,
      {
        operationId: `${VERB_IN_ID[operation.action]}${id.prefix}${id.suffix}`,
        tags: [id.tag],
        parameters: operation.parameters,
        ...(operation.body
          ? {
              requestBody: {
                content: content(operation.body.types, operation.body.schema),
                ...(method === 'delete' ? {} : { required: true }),
              },
            }
          : {}),
        responses: Object.fromEntries(
          operation.successCodes.map((code) => [
            code,
            { description: 'Success', content: content(['application/json'], operation.answer) },
          ]),
        ),
        'x-kubernetes-action': operation.action,
        'x-kubernetes-group-version-kind': { group: kind.group, version: kind.version, kind: kind.kind },
      },
    ]),
  ),
});

const COLLECTION = new Set(['list', 'create', 'deletecollection']);
const INSTANCE = new Set(['get', 'update', 'patch', 'delete']);

const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
const camel = (name: string): string => name.split(/[.-]/).map(capital).join('');

/** The paths of one resource, as kube-apiserver lays them out; the deprecated `/watch/` paths are left out. */
export const resourcePaths = (r: ServedResource): Record<string, Schema> => {
  const root = `${r.group === '' ? '/api' : '/apis'}/${groupVersionName(r.group, r.version)}`;
  const everywhere = `${root}/${r.plural}`;
  const collection = r.namespaced ? `${root}/namespaces/{namespace}/${r.plural}` : everywhere;
  const scope = r.namespaced ? [inPath('namespace')] : [];
  const tag = `${camel(r.group === '' ? 'core' : r.group.replace(/\.k8s\.io$/, ''))}_${r.version}`;
  const prefix = camel(tag.replace('_', '.')) + (r.namespaced ? 'Namespaced' : '');
  const shape = reference(componentName(r, r.kind));
  const list = reference(componentName(r, r.listKind));
  const verbs = (of: Set<string>): string[] => r.verbs.filter((verb) => of.has(verb));
  const item = (suffix: string, kind: Kind, parameters: Schema[], all: Record<string, Operation>): Schema =>
    pathItem({ prefix, suffix, tag }, kind, parameters, all);

  const paths: Record<string, Schema> = {};
  paths[collection] = item(r.kind, r, scope, operations(verbs(COLLECTION), shape, list, r.custom));
  if (r.namespaced && r.verbs.includes('list'))
    paths[everywhere] = item(`${r.kind}ForAllNamespaces`, r, [], operations(['list'], shape, list, r.custom));
  const instance = [...scope, inPath('name')];
  if (r.verbs.includes('get'))
    paths[`${collection}/{name}`] = item(
      r.kind,
      r,
      instance,
      operations(verbs(INSTANCE), shape, undefined, r.custom),
    );
  for (const s of subresourcesOf(r)) {
    const own = s.kind === r.kind ? shape : reference(modelName(s.group, s.version, s.kind));
    paths[`${collection}/{name}/${s.name}`] = item(
      r.kind + capital(s.name),
      s,
      instance,
      operations(s.verbs, s.name === 'log' ? { type: 'string' } : own, undefined, r.custom),
    );
  }
  return paths;
};
