/** The OpenAPI 3.1 description of what this client uses of Jenkins. `npm run generate` writes it to openapi.json. */
import { Type, type TSchema } from 'typebox';
import { tags, type Answer, type Body, type Operation } from './operation.ts';
import { blueOceanPaths } from './paths/blue-ocean.ts';
import { buildPaths } from './paths/builds.ts';
import { cascPaths } from './paths/casc.ts';
import { converterPaths } from './paths/converter.ts';
import { credentialPaths } from './paths/credentials.ts';
import { eventPaths } from './paths/events.ts';
import { itemPaths } from './paths/items.ts';
import { logPaths } from './paths/logs.ts';
import { nodePaths } from './paths/nodes.ts';
import { pluginPaths } from './paths/plugins.ts';
import { runPaths } from './paths/runs.ts';
import { systemPaths } from './paths/system.ts';
import { userPaths } from './paths/users.ts';
import { viewPaths } from './paths/views.ts';

/** Plain JSON. */
export interface JsonObject {
  readonly [name: string]: unknown;
}

/** All routes. */
export const operations: readonly Operation[] = [
  ...systemPaths,
  ...itemPaths,
  ...buildPaths,
  ...logPaths,
  ...runPaths,
  ...credentialPaths,
  ...nodePaths,
  ...viewPaths,
  ...userPaths,
  ...pluginPaths,
  ...cascPaths,
  ...converterPaths,
  ...eventPaths,
  ...blueOceanPaths,
];

const parameters: Readonly<Record<string, { description: string; pattern?: string; many?: true }>> = {
  item: {
    description:
      'The way to the item: `job/<name>` for each folder and the item itself, joined by slashes, each name percent-encoded. The name of a branch is encoded already, so its `%` becomes `%25`.',
    pattern: '^job/[^/]+(/job/[^/]+)*$',
    many: true,
  },
  build: {
    description: 'A number or a permalink such as `lastBuild`.',
    pattern: '^([1-9][0-9]*|last[A-Za-z]*Build)$',
  },
  artifact: { description: 'The path of the file, its names percent-encoded one by one.', many: true },
  pipeline: {
    description: '`pipelines/<name>` for each folder and the pipeline, then `branches/<name>` for a branch.',
    pattern: '^pipelines/[^/]+(/pipelines/[^/]+)*(/branches/[^/]+)?$',
    many: true,
  },
  queueId: { description: 'The id of the queue item.', pattern: '^[0-9]+$' },
  node: { description: 'The id of the stage or step.' },
  input: { description: 'The id of the input.' },
  store: { description: '`system` at the root, `folder` below a folder, `user` below a user.' },
  domain: { description: 'The domain; `_` is the global one.' },
  credential: { description: 'The id of the credential.' },
  computer: { description: 'The name of the node; `(built-in)` is the built-in one.' },
  label: { description: 'The label.' },
  view: { description: 'The name of the view.' },
  plugin: { description: 'The id of the plugin.' },
  user: { description: 'The id of the user.' },
  dispatcher: { description: 'The id that the client chose.' },
};

/** Answers that any route may give. */
const everywhere: Readonly<
  Record<number, { name: string; description: string; headers?: Record<string, string> }>
> = {
  401: {
    name: 'Unauthenticated',
    description: 'The credentials are wrong.',
    headers: { 'WWW-Authenticate': 'Basic.' },
  },
  403: {
    name: 'Forbidden',
    description:
      'The user lacks a permission; or nobody is logged in (a page that refreshes to `/login`); or, without `X-Required-Permission`, the crumb is missing or bad.',
    headers: {
      'X-You-Are-Authenticated-As': 'Who asked.',
      'X-Required-Permission': 'What is missing.',
      'X-Permission-Implied-By': 'What would include it.',
    },
  },
  404: { name: 'NotFoundOrHidden', description: 'It is not there, or the user may not see it.' },
  405: {
    name: 'WrongMethod',
    description: 'The route wants another method.',
    headers: { Allow: 'The methods.' },
  },
  500: {
    name: 'ServerFault',
    description:
      'Jenkins failed; the page holds a logging id. Also for input that it does not check, such as an unknown class.',
  },
  503: {
    name: 'NotReady',
    description: 'Jenkins is starting or going down.',
    headers: { 'Retry-After': 'Rarely there.' },
  },
};

/** Makes the document. `version` is that of the package. */
export function openApiDocument(version: string): JsonObject {
  const components = new Components();
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of operations) {
    const path = (paths[operation.path] ??= {});
    path[operation.method.toLowerCase()] = describe(operation, components);
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Jenkins, as @armillary/jenkins-client uses it',
      version,
      description:
        'Routes of Jenkins core and its plugins with what they take and answer, recorded from Jenkins 2.516.2. Properties beyond those described may come. Redirects are results and are not followed.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [
      {
        url: '{address}',
        description: 'A server, with the path below which it is installed.',
        variables: { address: { default: 'http://localhost:8080' } },
      },
    ],
    security: [{ basic: [] }, { bearer: [] }, {}],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas: components.schemas(),
      responses: Object.fromEntries(
        Object.values(everywhere).map(({ name, ...answer }) => [
          name,
          response({ type: 'text/html', schema: Type.String(), ...answer }, components),
        ]),
      ),
      parameters: Object.fromEntries(
        Object.entries(parameters).map(([name, { description, pattern, many }]) => [
          name,
          {
            name,
            in: 'path',
            required: true,
            description: many
              ? `${description} It spans more than one segment, which OpenAPI cannot say: its slashes are sent as they are.`
              : description,
            schema: { type: 'string', ...(pattern && { pattern }) },
            ...(many && { 'x-multi-segment': true }),
          },
        ]),
      ),
      securitySchemes: {
        basic: { type: 'http', scheme: 'basic', description: 'User and API token, or user and password.' },
        bearer: { type: 'http', scheme: 'bearer', description: 'Where a plugin or a proxy understands it.' },
      },
    },
  };
}

function describe(operation: Operation, components: Components): JsonObject {
  const names = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '');
  const query = Type.Object(operation.query ?? {});
  return {
    operationId: operation.id,
    tags: [operation.tag],
    summary: operation.summary,
    parameters: [
      ...names.map((name) => ({ $ref: `#/components/parameters/${name}` })),
      ...Object.entries(query.properties).map(([name, schema]) => ({
        name,
        in: 'query',
        required: query.required?.includes(name) ?? false,
        schema: components.refer(schema),
      })),
    ],
    ...(operation.body && { requestBody: requestBody(operation.body, components) }),
    responses: {
      ...Object.fromEntries(
        Object.entries(everywhere).map(([status, { name }]) => [
          status,
          { $ref: `#/components/responses/${name}` },
        ]),
      ),
      ...Object.fromEntries(
        Object.entries(operation.answers).map(([status, answer]) => [status, response(answer, components)]),
      ),
    },
    ...(operation.plugins && { 'x-jenkins-plugins': operation.plugins }),
    ...(operation.unproven && { 'x-unproven': 'Read in the source of Jenkins; no recording proves it.' }),
  };
}

function response(answer: Answer, components: Components): JsonObject {
  return {
    description: answer.description,
    ...(answer.headers && {
      headers: Object.fromEntries(
        Object.entries(answer.headers).map(([name, description]) => [
          name,
          { description, schema: { type: 'string' } },
        ]),
      ),
    }),
    ...(answer.type && {
      content: { [answer.type]: { schema: components.refer(answer.schema ?? Type.String()) } },
    }),
  };
}

function requestBody(body: Body, components: Components): JsonObject {
  const form = body.form && {
    schema: components.refer(
      Type.Object(body.form, body.anyField && { additionalProperties: { type: 'string' } }),
    ),
    ...(body.structured && {
      encoding: Object.fromEntries(
        body.structured.map((name) => [name, { contentType: 'application/json' }]),
      ),
    }),
  };
  return {
    required: !body.optional,
    content: {
      ...(form && { 'application/x-www-form-urlencoded': form }),
      ...(form && body.multipart && { 'multipart/form-data': form }),
      ...(body.json && { 'application/json': { schema: components.refer(body.json) } }),
      ...(body.xml && { 'application/xml': { schema: { type: 'string' } } }),
      ...(body.yaml && { 'application/x-yaml': { schema: { type: 'string' } } }),
    },
  };
}

/** The named schemas, gathered while they are used. */
class Components {
  readonly #schemas = new Map<string, unknown>();

  /** The schema as JSON, with every named one inside replaced by a reference to its component. */
  refer(schema: TSchema): unknown {
    return this.#refer(JSON.parse(JSON.stringify(schema)));
  }

  /** All that were referred to, by name. */
  schemas(): JsonObject {
    return Object.fromEntries([...this.#schemas].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #refer(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((one) => this.#refer(one));
    if (typeof value !== 'object' || value === null) return value;
    const { $id, $ref, ...rest } = value as JsonObject;
    if (typeof $ref === 'string') return { $ref: `#/components/schemas/${$ref}` };
    const inner = () =>
      Object.fromEntries(Object.entries(rest).map(([name, one]) => [name, this.#refer(one)]));
    if (typeof $id !== 'string') return inner();
    if (!this.#schemas.has($id)) {
      this.#schemas.set($id, undefined);
      this.#schemas.set($id, inner());
    }
    return { $ref: `#/components/schemas/${$id}` };
  }
}
