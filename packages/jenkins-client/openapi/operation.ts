import { Type, type TProperties, type TSchema } from 'typebox';

/** One route in the words of this folder; `document.ts` turns it into OpenAPI. */
export interface Operation {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  /**
   * The path below the address of Jenkins. `{item}` stands for a chain of `job/<name>` segments, `{artifact}` for a
   * path of files; every other parameter is one segment.
   */
  readonly path: string;
  /** The `operationId`. */
  readonly id: string;
  readonly tag: Tag;
  readonly summary: string;
  readonly query?: TProperties;
  readonly body?: Body;
  /** The answers beside those that every route may give. */
  readonly answers: Readonly<Record<number, Answer>>;
  /** The plugins without which the route is not there, by short name. */
  readonly plugins?: readonly string[];
  /** Read in the source of Jenkins; no recording proves it. */
  readonly unproven?: true;
}

/** The chapters of the document. */
type Tag = keyof typeof tags;

/** The chapters of the document with their descriptions. */
export const tags = {
  system: 'The server itself: who asks, crumbs, shutting down, scripts.',
  items: 'Folders, pipelines, multibranch pipelines and their configuration.',
  builds: 'Starting builds and what can be done with them.',
  queue: 'What waits to be built.',
  logs: 'Logs of builds, steps, scans and nodes.',
  runs: 'Stages, steps, inputs, tests and artifacts.',
  credentials: 'Stores of credentials.',
  nodes: 'Nodes and labels.',
  views: 'Views.',
  users: 'Users and their API tokens.',
  plugins: 'Plugins and the update centre.',
  casc: 'Configuration as code.',
  converter: 'Declarative pipelines as JSON.',
  events: 'Events as they happen.',
  blue: "Blue Ocean's REST interface, where it is installed.",
} as const;

/** A request body: by media type. */
export interface Body {
  /** The fields of an urlencoded form; those named in `structured` hold JSON. */
  readonly form?: TProperties;
  /** The form fields whose text is JSON of the schema given in `form`. */
  readonly structured?: readonly string[];
  /** Fields of any other name are taken, too. */
  readonly anyField?: true;
  /** The same fields may come as `multipart/form-data`, with files beside them. */
  readonly multipart?: true;
  readonly json?: TSchema;
  readonly xml?: true;
  readonly yaml?: true;
  /** A POST without any body does, too. */
  readonly optional?: true;
}

/** One answer of a route. */
export interface Answer {
  readonly description: string;
  readonly type?: string;
  readonly schema?: TSchema;
  /** Header names with their meaning. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer in JSON. */
export function json(schema: TSchema, description = 'The answer.'): Answer {
  return { description, type: 'application/json', schema };
}

/** An answer in text. */
export function text(description: string, headers?: Record<string, string>): Answer {
  return { description, type: 'text/plain', schema: Type.String(), ...(headers && { headers }) };
}

/** An answer in XML. */
export const xml: Answer = {
  description: 'The configuration, often declared as XML 1.1.',
  type: 'application/xml',
  schema: Type.String(),
};

/** A redirect that means success; it is not to be followed. */
export function redirect(description = 'Done.'): Answer {
  return {
    description,
    headers: { Location: 'Where a browser would go. It may hold `..` and lack the host.' },
  };
}

/** An answer without a body. */
export function empty(description = 'Done.'): Answer {
  return { description };
}

/** `tree` and `depth`, which all of `api/json` take. */
export const selection: TProperties = {
  tree: Type.Optional(
    Type.String({
      description:
        'The properties to tell, such as `jobs[name,lastBuild[number]]{0,50}`. Unknown ones are left out.',
    }),
  ),
  depth: Type.Optional(Type.Integer({ description: 'How many levels to tell without `tree`.' })),
};

/** A structured form: its `json` field holds the object. */
export function jsonForm(schema: TSchema, beside: TProperties = {}): Body {
  return { form: { json: schema, ...beside }, structured: ['json'] };
}

/** The same operations at the root and below an item: the second time with `{item}` and the id suffixed. */
export function atRootAndItem(operations: readonly Operation[]): readonly Operation[] {
  return operations.flatMap((operation) => [
    operation,
    { ...operation, path: `/{item}${operation.path}`, id: `${operation.id}In` },
  ]);
}
