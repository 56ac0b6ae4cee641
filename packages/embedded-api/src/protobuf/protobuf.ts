import { fieldsOf } from '../builtin/facts.ts';
import { readTypedBody } from '../builtin/go-json.ts';
import { modelName } from '../builtin/kinds.ts';
import type { KubeObject } from '../object.ts';
import { badRequest } from '../status-error.ts';
import { readMessage } from './message.ts';
import { textOf, WireError, wireFields } from './wire.ts';

/** The media type of protobuf bodies. Answers are always JSON, which every client accepts beside it. */
export const PROTOBUF = 'application/vnd.kubernetes.protobuf';

const MAGIC = [0x6b, 0x38, 0x73, 0x00];

/** What stands around every object: its type, then its message. (`k8s.io/apimachinery/pkg/runtime`, Unknown.) */
interface Envelope {
  apiVersion: string;
  kind: string;
  raw: Uint8Array;
}

const readEnvelope = (bytes: Uint8Array): Envelope => {
  if (MAGIC.some((byte, i) => bytes[i] !== byte))
    throw badRequest(
      'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]',
    );
  const envelope: Envelope = { apiVersion: '', kind: '', raw: new Uint8Array(0) };
  for (const field of wireFields(bytes.subarray(MAGIC.length))) {
    if (field.number === 1)
      for (const inner of wireFields(field.bytes)) {
        if (inner.number === 1) envelope.apiVersion = textOf(inner.bytes);
        if (inner.number === 2) envelope.kind = textOf(inner.bytes);
      }
    if (field.number === 2) envelope.raw = field.bytes;
    if (field.number === 3 && field.bytes.length > 0)
      throw badRequest('an encoded protobuf body is not supported: send it without contentEncoding');
  }
  return envelope;
};

/** Options belong to every group that has kinds; their type is that of meta/v1. */
const modelOf = (apiVersion: string, kind: string): string | undefined => {
  const [version = '', group = ''] = apiVersion.split('/').reverse();
  return [modelName(group, version, kind), modelName('meta.k8s.io', 'v1', kind)].find(fieldsOf);
};

/**
 * Reads a protobuf request body of a built-in kind (or of `DeleteOptions` and the like) as the JSON object it means.
 * Throws a 400 `StatusError` for bytes that are no message, and for kinds that have no protobuf form (custom
 * resources).
 */
export const decodeProtobuf = (bytes: Uint8Array): KubeObject => {
  try {
    const { apiVersion, kind, raw } = readEnvelope(bytes);
    const model = modelOf(apiVersion, kind);
    if (!model) throw badRequest(`no kind "${kind}" is registered for version "${apiVersion}"`);
    const version = apiVersion.slice(apiVersion.indexOf('/') + 1);
    const { object } = readTypedBody(model, version, kind, readMessage(model, raw));
    return { apiVersion, kind, ...object } as unknown as KubeObject;
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw badRequest(`unable to decode the protobuf body: ${error.message}`);
  }
};
