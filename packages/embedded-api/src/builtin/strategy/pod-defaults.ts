import { listAt, objectAt } from '../read-field.ts';

type Json = Record<string, unknown>;

/** Sets what is not set. */
export const fill = (object: Json, values: Json): void => {
  for (const [name, value] of Object.entries(values)) object[name] ??= value;
};

/** Sets what is not set or zero, for fields that Go cannot tell apart. */
export const fillZero = (object: Json, values: Json): void => {
  for (const [name, value] of Object.entries(values)) object[name] ||= value;
};

/** Without a tag, or with `latest`, an image may change under its name; a digest never does. */
const pullPolicy = (image: unknown): string => {
  const name = typeof image === 'string' ? image : '';
  if (name.includes('@')) return /:latest@/.test(name) ? 'Always' : 'IfNotPresent';
  const tag = /:([^/:]+)$/.exec(name)?.[1] ?? 'latest';
  return tag === 'latest' ? 'Always' : 'IfNotPresent';
};

const httpGet = (handler: Json): void => {
  const get = handler['httpGet'] as Json | undefined;
  if (get) fillZero(get, { path: '/', scheme: 'HTTP' });
};

const probe = (container: Json, name: string): void => {
  const found = container[name] as Json | undefined;
  if (!found) return;
  fillZero(found, { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 });
  httpGet(found);
  const grpc = found['grpc'] as Json | undefined;
  if (grpc) fill(grpc, { service: '' });
};

const container = (c: Json, hostNetwork: boolean): void => {
  fillZero(c, {
    imagePullPolicy: pullPolicy(c['image']),
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
  });
  c['resources'] ??= {};
  for (const port of listAt(c, 'ports')) {
    fillZero(port, { protocol: 'TCP' });
    if (hostNetwork) fillZero(port, { hostPort: port['containerPort'] });
  }
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe']) probe(c, name);
  httpGet(objectAt(c, 'lifecycle.postStart'));
  httpGet(objectAt(c, 'lifecycle.preStop'));
  for (const env of listAt(c, 'env')) {
    const fieldRef = objectAt(env, 'valueFrom')['fieldRef'] as Json | undefined;
    if (fieldRef) fillZero(fieldRef, { apiVersion: 'v1' });
  }
};

const downward = (items: readonly Json[]): void => {
  for (const item of items) {
    const fieldRef = item['fieldRef'] as Json | undefined;
    if (fieldRef) fillZero(fieldRef, { apiVersion: 'v1' });
  }
};

const READ_MODE = 0o644;
const TOKEN_SECONDS = 3600;

const volume = (v: Json): void => {
  if (Object.keys(v).every((key) => key === 'name')) v['emptyDir'] = {};
  for (const source of ['secret', 'configMap', 'downwardAPI', 'projected'])
    if (v[source]) fill(v[source] as Json, { defaultMode: READ_MODE });
  if (v['hostPath']) fill(v['hostPath'] as Json, { type: '' });
  if (v['iscsi']) fillZero(v['iscsi'] as Json, { iscsiInterface: 'default' });
  downward(listAt(v, 'downwardAPI.items'));
  for (const source of listAt(v, 'projected.sources')) {
    if (source['serviceAccountToken'])
      fill(source['serviceAccountToken'] as Json, { expirationSeconds: TOKEN_SECONDS });
    downward(listAt(source, 'downwardAPI.items'));
  }
  const claim = objectAt(v, 'ephemeral.volumeClaimTemplate')['spec'] as Json | undefined;
  if (claim) fill(claim, { volumeMode: 'Filesystem' });
};

/** The defaults of a pod's spec, also inside a template. (`pkg/apis/core/v1/defaults.go`.) */
export const defaultPodSpec = (spec: Json): void => {
  fillZero(spec, { dnsPolicy: 'ClusterFirst', restartPolicy: 'Always', schedulerName: 'default-scheduler' });
  fill(spec, { terminationGracePeriodSeconds: 30, securityContext: {} });
  // The old name of the field keeps the same value.
  if (spec['serviceAccountName'] ?? spec['serviceAccount']) {
    spec['serviceAccountName'] ||= spec['serviceAccount'];
    spec['serviceAccount'] = spec['serviceAccountName'];
  }
  const hostNetwork = spec['hostNetwork'] === true;
  for (const list of ['initContainers', 'containers', 'ephemeralContainers'])
    for (const c of listAt(spec, list)) container(c, hostNetwork && list !== 'ephemeralContainers');
  for (const v of listAt(spec, 'volumes')) volume(v);
};

/** Keeps a field and the first entry of the list that came after it the same; the field decides. */
const sameFirst = (object: Json, single: string, list: string, key: string): void => {
  const first = listAt(object, list)[0]?.[key];
  if (object[single] && object[single] !== first) object[list] = [{ [key]: object[single] }];
  else if (first) object[single] = first;
};

/** The further defaults of a pod itself: requests follow limits. */
export const defaultPod = (pod: Json): void => {
  sameFirst(objectAt(pod, 'status'), 'podIP', 'podIPs', 'ip');
  const spec = objectAt(pod, 'spec');
  defaultPodSpec(spec);
  for (const c of [...listAt(spec, 'containers'), ...listAt(spec, 'initContainers')]) {
    const limits = objectAt(c, 'resources.limits');
    if (Object.keys(limits).length === 0) continue;
    const resources = objectAt(c, 'resources');
    resources['requests'] = { ...limits, ...objectAt(resources, 'requests') };
  }
  fill(spec, { enableServiceLinks: true });
};
