import { Type, type Static } from 'typebox';
import { Credential } from './credential.ts';
import { described, optionalBoolean } from './fields.ts';

/** TLS towards a server, as a schema. */
export const TLSConfig = Type.Object({
  rootCA: Type.Optional(Credential),
  clientCertificate: Type.Optional(Type.Object({ cert: Credential, key: Credential })),
  serverName: described("The name to expect in the server's certificate."),
  insecureSkipVerify: optionalBoolean,
});
/** TLS towards a server; the credentials are PEM texts. */
export type TLSConfig = Static<typeof TLSConfig>;

/** How to send HTTP requests, as a schema. */
export const HTTPClientConfig = Type.Object({
  basicAuth: Type.Optional(
    Type.Object(
      { username: Type.String(), password: Type.Optional(Credential) },
      {
        description: 'Not used beside bearerToken.',
      },
    ),
  ),
  bearerToken: Type.Optional(Credential),
  proxyUrl: described('The address of an HTTP proxy.'),
  tlsConfig: Type.Optional(TLSConfig),
});
/** How to send HTTP requests to a server; a bearer token wins over basic authentication. */
export type HTTPClientConfig = Static<typeof HTTPClientConfig>;
