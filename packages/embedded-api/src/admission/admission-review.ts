import type { KubeObject } from '../object.ts';
import type { AdmissionRequest } from '../server/admission.ts';
import type { ServedResource } from '../served-resource.ts';
import type { Status } from '../status-error.ts';

/** What a webhook decided. */
export interface AdmissionResponse {
  allowed: boolean;
  /** Of a refusal. */
  status: Pick<Partial<Status>, 'code' | 'reason' | 'message' | 'details'>;
  /** JSON Patch operations, not checked yet. */
  patch?: unknown;
  warnings: string[];
}

const inVersion = (object: KubeObject | undefined, resource: ServedResource): KubeObject | null => {
  if (!object) return null;
  const { group, version } = resource;
  const apiVersion = group ? `${group}/${version}` : version;
  // Subresources such as scale have a kind of their own, which stays.
  return object.kind === resource.kind && object.apiVersion !== apiVersion
    ? { ...object, apiVersion }
    : object;
};

const kindOf = ({ group, version, kind }: ServedResource): Record<string, string> => ({
  group,
  version,
  kind,
});
const resourceOf = ({ group, version, plural }: ServedResource): Record<string, string> => ({
  group,
  version,
  resource: plural,
});

/** The body for a webhook that sees the request as one to `resource`. `version` is `v1` or `v1beta1`. */
export const admissionReview = (
  request: AdmissionRequest,
  resource: ServedResource,
  uid: string,
  version: string,
): Record<string, unknown> => {
  const { operation, user, subresource, namespace, name, object, oldObject, options, dryRun } = request;
  const isNamespace = request.resource.storageKey === 'namespaces';
  const home = isNamespace && operation !== 'CREATE' ? name : namespace;
  const { username, uid: userUid, groups, extra } = user;
  return {
    kind: 'AdmissionReview',
    apiVersion: `admission.k8s.io/${version}`,
    request: {
      uid,
      kind: kindOf(resource),
      resource: resourceOf(resource),
      ...(subresource ? { subResource: subresource } : {}),
      requestKind: kindOf(request.resource),
      requestResource: resourceOf(request.resource),
      ...(subresource ? { requestSubResource: subresource } : {}),
      ...(name ? { name } : {}),
      ...(home ? { namespace: home } : {}),
      operation,
      userInfo: { username, ...(userUid ? { uid: userUid } : {}), groups, ...(extra ? { extra } : {}) },
      object: inVersion(object, resource),
      oldObject: inVersion(oldObject, resource),
      dryRun,
      options,
    },
  };
};

interface RawResponse {
  uid?: unknown;
  allowed?: unknown;
  status?: unknown;
  patch?: unknown;
  patchType?: unknown;
  warnings?: unknown;
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error('the answer is not JSON', { cause: error });
  }
};

const decodePatch = (response: RawResponse, mayPatch: boolean, version: string): unknown => {
  const { patch, patchType } = response;
  if (typeof patch !== 'string' || patch === '') return undefined;
  if (!mayPatch) throw new Error('a validating webhook must not return a patch');
  if (patchType === undefined && version === 'v1')
    throw new Error('webhook returned response.patch but not response.patchType');
  if (patchType !== undefined && patchType !== 'JSONPatch')
    throw new Error(`webhook returned invalid response.patchType of ${JSON.stringify(patchType)}`);
  return parse(Buffer.from(patch, 'base64').toString('utf8'));
};

/** Keeps of a status what has the right type: it becomes part of the server's own answer. */
const readStatus = (status: unknown): AdmissionResponse['status'] => {
  const { code, reason, message, details } = (status ?? {}) as Record<string, unknown>;
  return {
    ...(typeof code === 'number' && code >= 400 && code < 600 ? { code } : {}),
    ...(typeof reason === 'string' ? { reason } : {}),
    ...(typeof message === 'string' ? { message } : {}),
    ...(typeof details === 'object' && details !== null ? { details } : {}),
  };
};

/**
 * Reads the answer to a review.
 * @throws Error that says what is wrong with it.
 */
export const readAdmissionResponse = (
  text: string,
  uid: string,
  version: string,
  mayPatch: boolean,
): AdmissionResponse => {
  const review = parse(text) as {
    kind?: unknown;
    apiVersion?: unknown;
    response?: RawResponse | null;
  } | null;
  const expected = `admission.k8s.io/${version}`;
  if (version === 'v1' && (review?.kind !== 'AdmissionReview' || review.apiVersion !== expected))
    throw new Error(
      `expected webhook response of ${expected}, Kind=AdmissionReview, got ${String(review?.apiVersion)}, Kind=${String(review?.kind)}`,
    );
  const response = review?.response;
  if (typeof response !== 'object' || response === null) throw new Error('webhook response was absent');
  if (version === 'v1' && response.uid !== uid)
    throw new Error(`expected response.uid="${uid}", got ${JSON.stringify(response.uid) ?? '""'}`);
  const patch = decodePatch(response, mayPatch, version);
  const warnings = Array.isArray(response.warnings) ? response.warnings : [];
  return {
    allowed: response.allowed === true,
    status: readStatus(response.status),
    ...(patch === undefined ? {} : { patch }),
    warnings: warnings.filter((warning) => typeof warning === 'string'),
  };
};
