import type { OutgoingTls } from './outgoing-http.ts';

/** TLS settings as `tls.connect` of Node takes them. Certificates are verified unless the settings say otherwise. */
export const tlsOptions = ({ ca, certificate, key, serverName, insecureSkipVerify }: OutgoingTls) => ({
  ...(ca === undefined ? {} : { ca }),
  ...(certificate === undefined ? {} : { cert: certificate }),
  ...(key === undefined ? {} : { key }),
  ...(serverName === undefined ? {} : { servername: serverName }),
  rejectUnauthorized: insecureSkipVerify !== true,
});
