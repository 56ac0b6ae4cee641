/**
 * The OpenAPI 3.1 description of the contract between the notification manager and sources of receivers.
 * `npm run generate` writes it to openapi.json.
 */
import { configKind } from '../src/kinds/config.ts';
import { receiverKind } from '../src/kinds/receiver.ts';
import {
  CONTRACT_VERSION,
  ReceiverList,
  ReceiverListBatch,
  ReceiverQuery,
} from '../src/sources/contract/receiver-list.ts';
import { answerLimits } from '../src/sources/answer-content.ts';
import { signatureHeaders, signatureWindowSeconds } from '../src/sources/signature.ts';

/** Plain JSON. */
export interface JsonObject {
  readonly [name: string]: unknown;
}

const refer = (part: string, name: string): JsonObject => ({ $ref: `#/components/${part}/${name}` });
const schema = (name: string): JsonObject => refer('schemas', name);
const named = (part: string, names: readonly string[]): JsonObject =>
  Object.fromEntries(names.map((name) => [name, refer(part, name)]));
const json = (of: JsonObject, examples: JsonObject): JsonObject => ({
  'application/json': { schema: of, examples },
});

/** Makes the document. `version` is that of the package. */
export function openApiDocument(version: string): JsonObject {
  return {
    openapi: '3.1.1',
    info: {
      title: 'Sources of receivers for the Armillary notification manager',
      version,
      description: [
        'A webhook that says who is told of alerts, per namespace. The notification manager asks it and remembers the answer.',
        'Every answer is the whole state: whoever is not named is not told. An empty list says nobody; while a source fails, the last good answer is used.',
        `An answer has at most 1 MiB, ${answerLimits.receivers} receivers and ${answerLimits.addresses} addresses, and comes within 2 seconds unless the source is configured otherwise. Redirects are not followed. Parameters, headers and fields beyond those described here may come and are to be ignored.`,
      ].join('\n\n'),
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [
      {
        url: '{address}',
        description:
          'The origin of `spec.url` of the ReceiverSource; sidecars are asked at the default. A path in `spec.url` stands in the place of `/api/v2/receivers`, also before `:query`.',
        variables: { address: { default: 'http://localhost:19094' } },
      },
    ],
    security: [{ bearer: [] }, { basic: [] }, {}],
    paths: {
      '/api/v2/receivers': { get: receivers },
      '/api/v2/receivers:query': { post: query },
      '/api/v2/tenant': { get: tenants },
      '/api/v2/sources/{name}/invalidate': { post: invalidate },
    },
    components: {
      schemas: {
        ReceiverList: {
          ...plain(ReceiverList),
          properties: {
            ...plain(ReceiverList.properties),
            receivers: listOf('Receiver', answerLimits.receivers),
            configs: listOf('Config', answerLimits.configs),
          },
          anyOf: [{ required: ['receivers'] }, { required: ['tenants'] }],
        },
        TenantList: {
          type: 'array',
          items: { type: 'string' },
          description:
            "Names of tenants: those whose own receivers are told. The contract of upstream's sidecar.",
        },
        ReceiverQuery: plain(ReceiverQuery),
        ReceiverListBatch: {
          ...plain(ReceiverListBatch),
          properties: {
            ...plain(ReceiverListBatch.properties),
            items: { type: 'array', maxItems: 100, items: schema('ReceiverList') },
          },
        },
        Receiver: objectSchema(
          receiverKind,
          'Whom to tell: a Receiver of notification.kubesphere.io/v2beta2.',
        ),
        Config: objectSchema(
          configKind,
          'What to send with: a Config of notification.kubesphere.io/v2beta2.',
        ),
      },
      parameters,
      headers,
      responses,
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: '`spec.auth.bearerToken`' },
        basic: { type: 'http', scheme: 'basic', description: '`spec.auth.basicAuth`' },
      },
    },
  };
}

const requestHeaders = ['RequestId', 'RefreshInterval', 'Timestamp', 'Signature'].map((name) =>
  refer('parameters', name),
);
const answerHeaders = ['Answer-Timestamp', 'Answer-Signature'];
const failures = {
  '429': refer('responses', 'Later'),
  '503': refer('responses', 'Later'),
  default: refer('responses', 'Failure'),
};

const receiver = {
  metadata: { name: 'ann', labels: { user: 'ann' } },
  spec: { email: { to: ['ann@example.com'] } },
};
const list = {
  apiVersion: CONTRACT_VERSION,
  kind: 'ReceiverList',
  metadata: { revision: '42', ttlSeconds: 60 },
  receivers: [receiver],
};
const nobody = { apiVersion: CONTRACT_VERSION, kind: 'ReceiverList', receivers: [] };

const receivers: JsonObject = {
  operationId: 'getReceivers',
  summary: 'Who is told of alerts in this namespace?',
  parameters: [
    ...['Cluster', 'Namespace', 'RuleLevel', 'Severity', 'AlertName'].map((name) =>
      refer('parameters', name),
    ),
    refer('parameters', 'Revision'),
    ...requestHeaders,
  ],
  responses: {
    '200': {
      description: 'Everybody who is told.',
      headers: named('headers', ['ETag', 'Cache-Control', ...answerHeaders]),
      content: json(
        { oneOf: [schema('ReceiverList'), schema('TenantList')] },
        { receivers: { value: list }, nobody: { value: nobody }, tenants: { value: ['ann', 'bob'] } },
      ),
    },
    '304': {
      description: 'The answer with this ETag still holds, from now on for as long as it did at first.',
      headers: named('headers', answerHeaders),
    },
    '404': { description: 'Nobody: as an empty list.', headers: named('headers', answerHeaders) },
    ...failures,
  },
};

const query: JsonObject = {
  operationId: 'queryReceivers',
  summary: 'The same for several namespaces at once.',
  description:
    'Asked of sources with `spec.batch`, which may still be asked one by one. 404, 405 or 501 says that it is not offered.',
  parameters: requestHeaders,
  requestBody: {
    required: true,
    content: json(schema('ReceiverQuery'), {
      two: {
        value: {
          apiVersion: CONTRACT_VERSION,
          kind: 'ReceiverQuery',
          items: ['shop', 'bank'].map((namespace) => ({ cluster: 'default', namespace, labels: {} })),
        },
      },
    }),
  },
  responses: {
    '200': {
      description: 'One list per item, in the order of the items.',
      headers: named('headers', ['Cache-Control', ...answerHeaders]),
      content: json(schema('ReceiverListBatch'), {
        two: { value: { apiVersion: CONTRACT_VERSION, kind: 'ReceiverListBatch', items: [list, nobody] } },
      }),
    },
    ...failures,
  },
};

const tenants: JsonObject = {
  operationId: 'getTenants',
  summary: "Upstream's tenant sidecar: whose own receivers are told of alerts in this namespace?",
  parameters: ['Cluster', 'Namespace'].map((name) => refer('parameters', name)),
  responses: {
    '200': {
      description: 'The names of the tenants.',
      content: json(schema('TenantList'), { tenants: { value: ['ann', 'bob'] } }),
    },
    '404': { description: 'Nobody.' },
    ...failures,
  },
};

const invalidate: JsonObject = {
  operationId: 'invalidate',
  summary: 'The other way round: a source tells the notification manager that its answers changed.',
  description:
    'Matching answers are asked for again before they are used. The request is signed with the secret of the source.',
  servers: [{ url: 'http://notification-manager:19093', description: 'The notification manager.' }],
  security: [{}],
  parameters: [
    refer('parameters', 'SourceName'),
    refer('parameters', 'Timestamp'),
    refer('parameters', 'Signature'),
  ],
  requestBody: {
    description: 'Absent fields stand for all; without a body everything is asked for again.',
    content: json(
      { type: 'object', properties: { cluster: { type: 'string' }, namespace: { type: 'string' } } },
      { namespace: { value: { namespace: 'shop' } } },
    ),
  },
  responses: {
    '2XX': { description: 'Done.' },
    '401': { description: 'The signature is missing, too old, or not made with the secret of this source.' },
  },
};

const parameter = (where: string, name: string, description: string, more: JsonObject = {}): JsonObject => ({
  name,
  in: where,
  description,
  schema: { type: 'string' },
  ...more,
});

const parameters: JsonObject = {
  Cluster: parameter(
    'query',
    'cluster',
    'The label `cluster` of the alert, or the cluster of the notification manager.',
  ),
  Namespace: parameter('query', 'namespace', 'The label `namespace` of the alert.'),
  RuleLevel: parameter('query', 'ruleLevel', 'The label `rule_level`; sent when `spec.keyLabels` names it.'),
  Severity: parameter('query', 'severity', 'Sent when `spec.keyLabels` names it, as any other label.'),
  AlertName: parameter('query', 'alertname', 'Sent when `spec.keyLabels` names it.'),
  Revision: parameter('header', 'If-None-Match', 'The ETag of the last good answer to this question.'),
  RequestId: parameter('header', 'X-Request-Id', 'A new one for each request, to find it by in logs.'),
  RefreshInterval: parameter(
    'header',
    'X-Armillary-Refresh-Interval-Seconds',
    'How often to expect this question, unless the answer says otherwise.',
  ),
  Timestamp: parameter(
    'header',
    signatureHeaders.timestamp,
    `Seconds since 1970; good for ${signatureWindowSeconds} s.`,
  ),
  Signature: parameter(
    'header',
    signatureHeaders.signature,
    'With `spec.auth.hmac`: `v1=` and the hexadecimal HMAC-SHA256, with the secret, over timestamp, method, path with query, and the hexadecimal SHA-256 of the body, joined by line feeds. While a secret is replaced there are several, separated by commas: one good one is enough. Compare in constant time.',
  ),
  SourceName: parameter('path', 'name', 'The name of the ReceiverSource.', { required: true }),
};

const header = (description: string): JsonObject => ({ description, schema: { type: 'string' } });

const headers: JsonObject = {
  ETag: header('Names this answer. When the next request carries it and nothing changed, answer 304.'),
  'Cache-Control': header(
    '`max-age` says how long the answer is fresh, from 5 s to 1 h, when the list itself does not.',
  ),
  'Answer-Timestamp': header(
    `\`${signatureHeaders.timestamp}\`: seconds since 1970, with \`spec.auth.hmac.verifyResponses\`.`,
  ),
  'Answer-Signature': header(
    `\`${signatureHeaders.signature}\`: \`v1=\` and the hexadecimal HMAC-SHA256, with the secret, over status, line feed, timestamp, line feed, and the body.`,
  ),
};

const responses: JsonObject = {
  Later: {
    description: 'Not now. The last good answer is used meanwhile.',
    headers: { 'Retry-After': header('Seconds, or a date, to be left alone for; at most 10 minutes count.') },
  },
  Failure: {
    description:
      'Anything else is a failure: the last good answer is used, and the question is asked again after 5 to 60 s.',
  },
};

const plain = (value: object): JsonObject => JSON.parse(JSON.stringify(value)) as JsonObject;

const listOf = (name: string, maxItems: number): JsonObject => ({
  type: ['array', 'null'],
  maxItems,
  items: schema(name),
});

/** A kind as a source writes it: no status, and only what the notification manager reads of the metadata. */
function objectSchema(kind: typeof receiverKind | typeof configKind, description: string): JsonObject {
  const [version] = kind.crd().spec.versions;
  const { spec } = version?.schema.openAPIV3Schema.properties ?? {};
  const texts = { type: 'object', maxProperties: 64, additionalProperties: { type: 'string' } };
  const metadata = {
    type: 'object',
    required: ['name'],
    properties: { name: { type: 'string', maxLength: 253 }, labels: texts, annotations: texts },
  };
  return {
    type: 'object',
    description,
    required: ['metadata', 'spec'],
    properties: { apiVersion: { const: kind.apiVersion }, kind: { const: kind.kind }, metadata, spec },
  };
}
