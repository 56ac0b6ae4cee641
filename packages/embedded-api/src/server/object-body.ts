import type { KubeObject } from '../object.ts';
import { badRequest } from '../status-error.ts';
import type { Target } from './operation-types.ts';
import { apiVersionOf } from './served-object.ts';

/** The resource version a body names, if any; `0` and nothing mean none. */
export const expectedVersion = ({ metadata }: KubeObject): string | undefined => {
  const version = metadata?.resourceVersion;
  return version === undefined || version === '' || version === '0' ? undefined : version;
};

/**
 * Checks that a body is an object of the addressed kind, name and namespace, and fills in, in place, what the URL
 * says and the body leaves out. Throws a 400.
 */
export function addressBody(object: KubeObject, target: Target): void {
  const { resource, namespace, name } = target;
  if (typeof object !== 'object' || object === null || Array.isArray(object)) {
    throw badRequest(`the body of the request is not a ${resource.kind} object`);
  }
  const apiVersion = apiVersionOf(resource);
  object.apiVersion ||= apiVersion;
  object.kind ||= resource.kind;
  if (object.apiVersion !== apiVersion) {
    throw badRequest(
      `the API version in the data (${object.apiVersion}) does not match the expected API version (${apiVersion})`,
    );
  }
  if (object.kind !== resource.kind) {
    throw badRequest(
      `${object.kind} in version "${resource.version}" cannot be handled as a ${resource.kind}: no kind ` +
        `"${object.kind}" is registered for this resource`,
    );
  }
  object.metadata ??= {};
  const { metadata } = object;
  if (typeof metadata !== 'object' || Array.isArray(metadata)) throw badRequest('metadata must be an object');
  if (!resource.namespaced) delete metadata.namespace;
  else if ((metadata.namespace ||= namespace) !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  if (name !== '' && (metadata.name ||= name) !== name) {
    throw badRequest(
      `the name of the object (${metadata.name}) does not match the name on the URL (${name})`,
    );
  }
}
