import { isObject } from '@armillary/resource';
import type { AddressPolicy } from '../outgoing/address-policy.ts';
import { OutgoingError } from '../outgoing/outgoing-http.ts';
import { apiUrlAnnotation } from '../channels/channels-of-object.ts';

/** What receivers and configs of a source may do. */
export interface Trust {
  readonly secretNamespaces: readonly string[];
  readonly policy: AddressPolicy;
}

/**
 * Why an object that a source named is not used; undefined when nothing speaks against it. The notification manager
 * may read every Secret and reach places that the source may not: without this check whoever answers for the source
 * could have a Secret sent to themselves, or requests made to a metadata service. Every reference and every address
 * anywhere in the object counts, also in fields that are not known here. Reasons never repeat what was refused.
 */
export function distrust(object: Readonly<Record<string, unknown>>, trust: Trust): string | undefined {
  const { metadata, spec } = object;
  const annotations = isObject(metadata) && isObject(metadata['annotations']) ? metadata['annotations'] : {};
  return (
    distrustValue(spec, 'spec', trust) ??
    distrustValue(annotations[apiUrlAnnotation], `metadata.annotations[${apiUrlAnnotation}]`, trust)
  );
}

function distrustValue(value: unknown, path: string, trust: Trust): string | undefined {
  if (typeof value === 'string') return isWebAddress(value) ? distrustAddress(value, path, trust) : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, inner] of Object.entries(value)) {
    const where = Array.isArray(value) ? `${path}[${name}]` : `${path}.${name}`;
    const reason = distrustField(name, inner, where, trust) ?? distrustValue(inner, where, trust);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

/** Asked of the parser that will read it: it sees addresses where one would not, `ht\ntp://a` is one. */
const isWebAddress = (text: string): boolean => /^https?:$/u.test(URL.parse(text)?.protocol ?? '');

function distrustField(name: string, value: unknown, path: string, trust: Trust): string | undefined {
  if (!isObject(value)) return undefined;
  switch (name) {
    case 'secretKeyRef':
    case 'tmplText':
      return distrustNamespace(value['namespace'], path, trust);
    case 'smartHost':
      return distrustAddress(`http://${hostText(value['host'])}`, path, trust);
    case 'service':
      return distrustAddress(
        `http://${String(value['name'])}.${String(value['namespace'])}.svc`,
        path,
        trust,
      );
    default:
      return undefined;
  }
}

/** A reference without a namespace would go into the notification manager's own. */
function distrustNamespace(namespace: unknown, path: string, trust: Trust): string | undefined {
  return trust.secretNamespaces.some((allowed) => allowed === namespace)
    ? undefined
    : `${path}: refers into a namespace that the source may not use; list it in spec.secretNamespaces of the source`;
}

function distrustAddress(address: string, path: string, trust: Trust): string | undefined {
  try {
    trust.policy.checkUrl(address);
    return undefined;
  } catch (error) {
    if (error instanceof OutgoingError) {
      return `${path}: the address may not be used; see spec.addressPolicy of the source`;
    }
    throw error;
  }
}

const hostText = (host: unknown): string => {
  const text = String(host);
  return text.includes(':') && !text.startsWith('[') ? `[${text}]` : text;
};
