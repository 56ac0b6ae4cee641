/** Holds requests and answers against the description, more strictly than the description itself: see `closed`. */
import * as Schema from 'typebox/schema';
import { openApiDocument, type JsonObject } from './document.ts';
import { findOperation } from './find-operation.ts';

/** A request and its answer; header values are those of `content-type`. */
export interface Exchange {
  readonly method: string;
  /** Below the server's address, with a leading slash and the query. */
  readonly path: string;
  readonly sent?: { readonly type: string; readonly body: string } | undefined;
  readonly status: number;
  readonly answered?: { readonly type: string; readonly body: string } | undefined;
}

interface DescribedOperation {
  readonly parameters: readonly { readonly name?: string; readonly in?: string }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}

type Content = Readonly<Record<string, { readonly schema: object; readonly encoding?: object }>>;

const document = closed(openApiDocument('0.0.0')) as JsonObject & {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;
};

/** What of an exchange is not described; nothing when all is. What a server refuses may be sent in any shape. */
export function undescribed(exchange: Exchange): readonly string[] {
  const [path = '', query = ''] = exchange.path.split('?');
  const operation = findOperation(exchange.method, path);
  if (!operation) return [`${exchange.method} ${path}`];
  const described = document.paths[operation.path]?.[exchange.method.toLowerCase()];
  const answer = described?.responses[exchange.status];
  if (!described || !answer) return [`${operation.id}: ${exchange.status}`];
  const found = [...invalidAnswer(exchange, answer.content)];
  if (exchange.status < 400)
    found.push(...unknownQuery(query, described), ...invalidRequest(exchange, described));
  return found.map((one) => `${operation.id}: ${one}`);
}

/** Whether a value is of a shape that is described under a name. */
export function invalid(schema: string, value: unknown): readonly string[] {
  return errors({ $ref: `#/components/schemas/${schema}` }, value);
}

function unknownQuery(query: string, described: DescribedOperation): readonly string[] {
  const known = new Set(described.parameters.filter((one) => one.in === 'query').map((one) => one.name));
  return [...new URLSearchParams(query).keys()]
    .filter((name) => !known.has(name))
    .map((name) => `the query ${name}`);
}

function invalidAnswer({ status, answered }: Exchange, content: Content | undefined): readonly string[] {
  if (!answered || answered.body === '' || !content) return [];
  const schema = content['application/json']?.schema;
  if (schema && answered.type === 'application/json') return errors(schema, JSON.parse(answered.body));
  const known = answered.type in content || 'application/octet-stream' in content;
  return known || status !== 200 ? [] : [`an answer of ${answered.type}`];
}

function invalidRequest({ sent }: Exchange, { requestBody }: DescribedOperation): readonly string[] {
  if (!sent || sent.body === '') return [];
  const content = requestBody?.content[sent.type];
  if (!content) return [`a body of ${sent.type}`];
  if (sent.type === 'application/json') return errors(content.schema, JSON.parse(sent.body));
  if (sent.type !== 'application/x-www-form-urlencoded') return [];
  const fields: Record<string, unknown> = Object.fromEntries(new URLSearchParams(sent.body));
  for (const name of Object.keys(content.encoding ?? {})) {
    if (typeof fields[name] === 'string') fields[name] = JSON.parse(fields[name]);
  }
  return errors(content.schema, fields);
}

function errors(schema: object, value: unknown): readonly string[] {
  const [valid, found] = Schema.Errors({ ...document, ...schema }, value);
  return valid ? [] : found.map((one) => `${one.instancePath} ${one.message}`);
}

/** The document with every object closed that does not say that it is open: what is sent must be described. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([name, one]) => [name, closed(one)]));
  const open =
    copy['type'] !== 'object' || copy['properties'] === undefined || 'additionalProperties' in copy;
  return open ? copy : { ...copy, additionalProperties: false };
}
