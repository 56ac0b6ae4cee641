/** A parsed path and method. `resource` requests address a group, version and plural, whether served or not. */
export interface RequestInfo {
  path: string;
  verb: string;
  resourceRequest: boolean;
  group: string;
  version: string;
  plural: string;
  subresource: string;
  namespace: string;
  name: string;
}

const verbs: Readonly<Record<string, string>> = {
  GET: 'get',
  HEAD: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

// `/namespaces/x/status` is about the namespace, `/namespaces/x/pods` about what is in it.
const namespaceSubresources = new Set(['status', 'finalize']);

/**
 * Reads method and path as k8s.io/apiserver's `RequestInfoFactory` does. `path` must not be decoded yet. Throws
 * `URIError` for a path that cannot be.
 */
export function requestInfo(method: string, path: string, query: URLSearchParams): RequestInfo {
  const verb = verbs[method] ?? '';
  const other = { path, verb: method.toLowerCase(), resourceRequest: false };
  const nothing = { group: '', version: '', plural: '', subresource: '', namespace: '', name: '' };
  const parts = path
    .split('/')
    .slice(1)
    .map((part) => decodeURIComponent(part));
  if (parts.at(-1) === '') parts.pop();
  const prefix = parts[0] === 'api' ? 2 : parts[0] === 'apis' ? 3 : Infinity;
  if (parts.length <= prefix || parts.includes('')) return { ...other, ...nothing };
  const [group, version] = prefix === 2 ? ['', parts[1]!] : [parts[1]!, parts[2]!];
  let rest = parts.slice(prefix);
  let namespace = '';
  if (rest[0] === 'namespaces' && rest.length > 1) {
    namespace = rest[1]!;
    if (rest.length > 2 && !namespaceSubresources.has(rest[2]!)) rest = rest.slice(2);
  }
  const [plural = '', name = '', ...subresource] = rest;
  // A namespace is in itself for authorisation, so that a role in it can allow to read it.
  const info = {
    path,
    resourceRequest: true,
    group,
    version,
    plural,
    subresource: subresource.join('/'),
    namespace,
    name,
  };
  if (name !== '') return { ...info, verb };
  if (verb === 'delete') return { ...info, verb: 'deletecollection' };
  if (verb !== 'get') return { ...info, verb };
  return { ...info, verb: isTrue(query.get('watch')) ? 'watch' : 'list' };
}

/** Booleans in queries as Go's `strconv.ParseBool` and client-go write them. */
export const isTrue = (text: string | null): boolean => text !== null && /^(1|t|true)$/i.test(text);
