import { createHash } from 'node:crypto';
import { jsonDocument, type StaticDocument } from '../discovery/discovery.ts';

const protobufType = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';

/** A length-delimited protobuf field; the lengths here fit one byte. */
const field = (number: number, value: Buffer): Buffer =>
  Buffer.concat([Buffer.from([(number << 3) | 2, value.length]), value]);

/**
 * The second version of OpenAPI: a valid document that defines no types, in protobuf when that is asked for (message
 * `openapi.v2.Document` of github.com/google/gnostic-models). kubectl still asks for it to check manifests of kind
 * `List`; finding no type it checks nothing itself, and the server's own strict validation has the word.
 */
export const openApiV2 = (version: string, accept: string | undefined): StaticDocument => {
  const title = 'Kubernetes';
  if (!accept?.includes(protobufType)) {
    return jsonDocument({ swagger: '2.0', info: { title, version }, paths: {} });
  }
  const info = Buffer.concat([field(1, Buffer.from(title)), field(2, Buffer.from(version))]);
  const body = Buffer.concat([field(1, Buffer.from('2.0')), field(2, info), field(8, Buffer.alloc(0))]);
  // Go's media type parser refuses the `@` of the real name in an answer.
  return {
    contentType: 'application/octet-stream',
    body,
    etag: `"${createHash('sha256').update(body).digest('hex')}"`,
  };
};
