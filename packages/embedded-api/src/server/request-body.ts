import type { IncomingMessage } from 'node:http';
import { PROTOBUF, decodeProtobuf } from '../protobuf/protobuf.ts';
import { badRequest, tooLarge, unsupportedMediaType } from '../status-error.ts';
import { duplicateKeys } from './duplicate-keys.ts';
import { isNestedTooDeep, maxNesting } from './nesting.ts';
import { decodeYamlText } from './yaml-body.ts';

/** Bytes that a request body may have, as in kube-apiserver. */
const maxBodyBytes: number = 3 * 1024 * 1024;

/** A decoded body and the keys that occurred twice in it, as strict field validation words them. */
export interface DecodedBody {
  value: unknown;
  duplicates: string[];
}

/** The whole body; an empty buffer when there is none. Throws a 413, and whatever ends the connection. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const length = Number(request.headers['content-length'] ?? 0);
  if (length > maxBodyBytes) throw tooLarge(`Request entity too large: limit is ${maxBodyBytes}`);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyBytes) throw tooLarge(`Request entity too large: limit is ${maxBodyBytes}`);
    chunks.push(chunk);
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
}

/** The media type without parameters; JSON when the client names none. */
export const mediaType = (header: string | undefined): string =>
  header?.split(';')[0]?.trim().toLowerCase() || 'application/json';

/** Decodes an object in JSON, YAML or protobuf. `undefined` for an empty body. Throws a 400 or 415. */
export function decodeBody(body: Buffer, type: string): DecodedBody {
  if (body.length === 0) return { value: undefined, duplicates: [] };
  switch (type) {
    case 'application/json':
    case 'application/json-patch+json':
    case 'application/merge-patch+json':
    case 'application/strategic-merge-patch+json':
      return decodeJson(body.toString());
    case 'application/yaml':
    case 'application/apply-patch+yaml':
      return decodeYaml(body.toString());
    case PROTOBUF:
      return { value: decodeProtobuf(body), duplicates: [] };
    default:
      throw unsupportedMediaType(
        'the body of the request was in an unknown format - accepted media types include: application/json, ' +
          `application/yaml, ${PROTOBUF}`,
      );
  }
}

function decodeJson(text: string): DecodedBody {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw badRequest(`the body of the request is not valid JSON: ${(cause as Error).message}`, { cause });
  }
  if (isNestedTooDeep(value)) throw tooDeep();
  return { value, duplicates: duplicateKeys(text).map((path) => `duplicate field "${path}"`) };
}

const tooDeep = (): Error => badRequest(`the body of the request exceeded max depth ${maxNesting}`);

function decodeYaml(text: string): DecodedBody {
  // JSON is YAML too, and client-go sends apply patches as JSON: this is much faster.
  if (/^\s*\{/.test(text) && isJson(text)) return decodeJson(text);
  const { value, duplicates } = decodeYamlText(text);
  if (isNestedTooDeep(value)) throw tooDeep();
  return { value, duplicates: duplicates.map((path) => `duplicate field "${path}"`) };
}

/** Whether a flow mapping of YAML is JSON as well. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
