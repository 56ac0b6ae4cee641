import { readFile } from 'node:fs/promises';
import { parseAllDocuments } from 'yaml';
import type { GateRequest } from './node-lb-api-gate.ts';

const file = new URL('../../deploy/node-lb/rights.yaml', import.meta.url);

interface Role {
  kind: string;
  metadata: { name: string };
  rules?: { apiGroups: string[]; resources: string[]; verbs: string[] }[];
}

/** What deploy/node-lb/rights.yaml gives to an account, as `verb group/resource`. Its roles have the account's name. */
export async function grantedRights(account: string): Promise<Set<string>> {
  const roles = parseAllDocuments(await readFile(file, 'utf8')).map((document) => document.toJS() as Role);
  const rights = new Set<string>();
  for (const { metadata, rules = [] } of roles.filter(({ kind }) => kind.endsWith('Role'))) {
    if (metadata.name !== account) continue;
    for (const { apiGroups, resources, verbs } of rules) {
      for (const group of apiGroups) {
        for (const resource of resources)
          for (const verb of verbs) rights.add(`${verb} ${group}/${resource}`);
      }
    }
  }
  return rights;
}

const verbs: Readonly<Record<string, string>> = {
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** The rights that requests took, in the same words; of discovery nothing is said. */
export function usedRights(requests: readonly GateRequest[]): Set<string> {
  const rights = new Set<string>();
  for (const { method, path } of requests) {
    const { pathname, searchParams } = new URL(path, 'https://server');
    const found =
      /^\/(?:api|apis\/([^/]+))\/[^/]+\/(?:namespaces\/[^/]+\/)?([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/u.exec(
        pathname,
      );
    if (!found) continue;
    const [, group = '', resource, name, subresource] = found;
    const reading = name !== undefined ? 'get' : searchParams.has('watch') ? 'watch' : 'list';
    const kind = subresource === undefined ? resource : `${resource}/${subresource}`;
    rights.add(`${verbs[method] ?? reading} ${group}/${kind}`);
  }
  return rights;
}
