import * as Schema from 'typebox/schema';
import { describe, expect, test } from 'vitest';
import { recording, recordingNames, type Recording } from '../src/testing/recording.ts';
import { unsupported, whyNotTaken } from '../src/testing/replay/unsupported.ts';
import { openApiDocument, type JsonObject } from './document.ts';
import { findOperation } from './find-operation.ts';

/** The document with every object closed that does not say that it is open: what is recorded must be described. */
const document = closed(openApiDocument('0.0.0')) as JsonObject & {
  readonly paths: Record<string, Record<string, DescribedOperation>>;
};

interface DescribedOperation {
  readonly parameters: readonly { readonly name?: string; readonly in?: string }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Record<string, { readonly $ref?: string; readonly content?: Content }>;
}

type Content = Record<string, { readonly schema: unknown }>;

const supported = recordingNames().filter((name) => whyNotTaken(name) === undefined);

describe('the description', () => {
  test.each(supported)('knows %s', (name) => {
    const { request, response } = recording(name);
    const [path = '', query = ''] = request.path.split('?');
    const operation = findOperation(request.method, path);
    expect(operation, `${request.method} ${path} is not described`).toBeDefined();
    const described = document.paths[operation?.path ?? '']?.[request.method.toLowerCase()];
    const answer = described?.responses[response.status];
    expect(answer, `${response.status} of ${operation?.id ?? ''} is not described`).toBeDefined();

    if (response.status < 400) {
      const known = described?.parameters.filter((one) => one.in === 'query').map((one) => one.name);
      expect(known).toEqual(expect.arrayContaining([...new URLSearchParams(query).keys()].filter(isPlain)));
      expect(invalidRequest(request, described)).toEqual([]);
    }
    expect(invalidBody(response, answer?.content)).toEqual([]);
  });

  test('is strict enough to see a property that it does not know', () => {
    const schema = { $ref: '#/components/schemas/Queue' };
    expect(errors(schema, { _class: 'hudson.model.Queue', items: [{ id: 1 }] })).toEqual([]);
    expect(errors(schema, { items: [{ id: '1' }] })).toEqual(['/items/0/id must be integer']);
    expect(errors(schema, { items: [{ task: {}, news: 1 }] })).not.toEqual([]);
  });

  test('leaves out no recording without a reason', () => {
    const unused = Object.keys(unsupported).filter(
      (prefix) => !recordingNames().some((name) => name.startsWith(prefix)),
    );
    expect(unused).toEqual([]);
  });
});

/** Parameters of a build may stand in the query of any start. */
function isPlain(name: string): boolean {
  return name !== 'WHO';
}

function invalidBody(response: Recording['response'], content: Content | undefined): unknown {
  const type = mediaType(response.headers['content-type']);
  const schema = content?.['application/json']?.schema;
  if (schema === undefined || type !== 'application/json' || response.body === '') {
    return content &&
      response.status === 200 &&
      type &&
      !content[type] &&
      !content['application/octet-stream']
      ? [`${type} is not described`]
      : [];
  }
  return errors(schema, JSON.parse(response.body));
}

function invalidRequest(request: Recording['request'], described: DescribedOperation | undefined): unknown {
  const type = mediaType(request.headers['content-type']);
  if (!type || !request.body) return [];
  const schema = described?.requestBody?.content[type]?.schema;
  if (schema === undefined) return [`${type} is not described`];
  if (type === 'application/json') return errors(schema, JSON.parse(request.body));
  if (type !== 'application/x-www-form-urlencoded') return [];
  const fields: Record<string, unknown> = Object.fromEntries(new URLSearchParams(request.body));
  const json = fields['json'];
  const structured = described?.requestBody?.content[type] as { encoding?: object } | undefined;
  if (structured?.encoding && typeof json === 'string') fields['json'] = JSON.parse(json);
  return errors(schema, fields);
}

function errors(schema: unknown, value: unknown): unknown {
  const [valid, found] = Schema.Errors({ ...document, ...(schema as object) }, value);
  return valid ? [] : found.map((one) => `${one.instancePath} ${one.message}`);
}

function mediaType(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'string' ? header.split(';')[0] : undefined;
}

function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([name, one]) => [name, closed(one)]));
  const open =
    copy['type'] !== 'object' || copy['properties'] === undefined || 'additionalProperties' in copy;
  return open ? copy : { ...copy, additionalProperties: false };
}
