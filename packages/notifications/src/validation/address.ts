import { duplicate, invalid, required, tooLong, type Cause } from '@armillary/resource';
import type { ServiceReference } from '../kinds/service-reference.ts';
import { choiceCauses, lineCauses } from './text.ts';

const maxUrl = 8_192;
/** A namespace or Service: nothing that could end the host in an address that is made of it. */
const objectName = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/u;

/** What is wrong with the address of a server. It may hold a secret, so that no message shows it. */
export function urlCauses(text: string, field: string, protocols = ['http', 'https']): Cause[] {
  if (text.length > maxUrl) return [tooLong(field, maxUrl)];
  const url = URL.parse(text);
  const begins = protocols.map((protocol) => `${protocol}://`).join(' or ');
  if (!url || !protocols.includes(url.protocol.slice(0, -1)) || url.hostname === '') {
    return [hidden(field, `must be an address that begins with ${begins}`)];
  }
  return [];
}

/** As `urlCauses`, for an address that has a field beside it for user name and password. */
function plainUrlCauses(text: string, field: string, credentials: string): Cause[] {
  const causes = urlCauses(text, field);
  const url = URL.parse(text);
  if (causes.length > 0 || (url?.username === '' && url.password === '')) return causes;
  return [hidden(field, `must not hold a user name or password: use ${credentials}`)];
}

const hidden = (field: string, why: string): Cause => ({ ...invalid(field, '', why), message: why });

/** A server is named by its address or by its Service, never by both. */
export function serverCauses(
  { url, service }: { url?: string; service?: ServiceReference },
  field: string,
  credentials: string,
): Cause[] {
  if (url === undefined && !service) return [required(field, 'must specify one of: `url` or `service`')];
  if (url !== undefined && service) return [duplicate(`${field}.url`, 'url should not set when service set')];
  if (url !== undefined) return plainUrlCauses(url, `${field}.url`, credentials);
  return service ? serviceCauses(service, `${field}.service`) : [];
}

function serviceCauses(service: ServiceReference, field: string): Cause[] {
  const { namespace, name, port, scheme, path } = service;
  const wrongName = 'must be a lowercase RFC 1123 label of at most 63 characters';
  return [
    ...(objectName.test(namespace) ? [] : [invalid(`${field}.namespace`, namespace, wrongName)]),
    ...(objectName.test(name) ? [] : [invalid(`${field}.name`, name, wrongName)]),
    ...(port === undefined ? [] : portCauses(port, `${field}.port`)),
    ...choiceCauses(scheme, `${field}.scheme`, ['http', 'https']),
    ...(path ? lineCauses(path, `${field}.path`, maxUrl) : []),
  ];
}

/** What is wrong with the number of a port. */
export const portCauses = (port: number, field: string): Cause[] =>
  port >= 1 && port <= 65_535 ? [] : [invalid(field, port, 'must be between 1 and 65535, inclusive')];
