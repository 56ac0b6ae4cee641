import type { Cause } from '@armillary/resource';
import type { HTTPClientConfig, TLSConfig } from '../kinds/http-client-config.ts';
import { urlCauses } from './address.ts';
import { credentialCauses } from './credential.ts';

/** What is wrong with how requests are sent. */
export function httpClientCauses(config: HTTPClientConfig | undefined, field: string): Cause[] {
  if (!config) return [];
  return [
    ...credentialCauses(config.bearerToken, `${field}.bearerToken`),
    ...credentialCauses(config.basicAuth?.password, `${field}.basicAuth.password`),
    ...(config.proxyUrl ? urlCauses(config.proxyUrl, `${field}.proxyUrl`) : []),
    ...tlsCauses(config.tlsConfig, `${field}.tlsConfig`),
  ];
}

/** What is wrong with TLS towards a server. */
export function tlsCauses(tls: TLSConfig | undefined, field: string): Cause[] {
  return [
    ...credentialCauses(tls?.rootCA, `${field}.rootCA`),
    ...credentialCauses(tls?.clientCertificate?.cert, `${field}.clientCertificate.cert`),
    ...credentialCauses(tls?.clientCertificate?.key, `${field}.clientCertificate.key`),
  ];
}
