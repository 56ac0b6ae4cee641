import { expect, test } from 'vitest';
import { requestInfo } from './request-info.ts';

const read = (method: string, url: string): string => {
  const [path = '', query] = url.split('?');
  const info = requestInfo(method, path, new URLSearchParams(query));
  const { verb, resourceRequest, group, version, plural, subresource, namespace, name } = info;
  return resourceRequest
    ? [verb, group || 'core', version, plural, subresource || '-', namespace || '-', name || '-'].join(' ')
    : `${verb} ${info.path}`;
};

test.each([
  ['GET', '/api/v1/namespaces', 'list core v1 namespaces - - -'],
  ['GET', '/api/v1/namespaces/a', 'get core v1 namespaces - a a'],
  ['PUT', '/api/v1/namespaces/a/finalize', 'update core v1 namespaces finalize a a'],
  ['GET', '/api/v1/namespaces/a/status', 'get core v1 namespaces status a a'],
  ['GET', '/api/v1/namespaces/a/pods', 'list core v1 pods - a -'],
  ['GET', '/api/v1/namespaces/a/pods?watch=1', 'watch core v1 pods - a -'],
  ['GET', '/api/v1/namespaces/a/pods/p?watch=true', 'get core v1 pods - a p'],
  ['GET', '/api/v1/namespaces/a/pods/p/log', 'get core v1 pods log a p'],
  ['HEAD', '/api/v1/nodes/n', 'get core v1 nodes - - n'],
  ['POST', '/apis/apps/v1/namespaces/a/deployments', 'create apps v1 deployments - a -'],
  ['DELETE', '/apis/apps/v1/namespaces/a/deployments', 'deletecollection apps v1 deployments - a -'],
  ['PATCH', '/apis/apps/v1/namespaces/a/deployments/d/scale', 'patch apps v1 deployments scale a d'],
  [
    'GET',
    '/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Anode',
    'get rbac.authorization.k8s.io v1 clusterroles - - system:node',
  ],
  ['GET', '/api/v1', 'get /api/v1'],
  ['GET', '/apis/apps/v1/', 'get /apis/apps/v1/'],
  ['GET', '/healthz', 'get /healthz'],
  ['POST', '/version', 'post /version'],
  ['GET', '/api/v1//pods', 'get /api/v1//pods'],
])('%s %s', (method, url, expected) => {
  expect(read(method, url)).toBe(expected);
});
