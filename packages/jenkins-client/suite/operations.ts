import { connect } from '@armillary/jenkins-client';

/** The parts of the client, each by the name that `covers` has for it. No request is sent. */
function parts(): Readonly<Record<string, object>> {
  const jenkins = connect({ url: 'http://jenkins.invalid/', auth: 'anonymous' });
  const { casc, converter, credentials, folders, labels, nodes, pipelines, plugins } = jenkins;
  const { queue, script, system, users, views } = jenkins;
  const item = jenkins.item('job');
  const build = item.buildRef(1);
  const store = credentials.in('system');
  return {
    casc,
    converter,
    credentials,
    folders,
    labels,
    nodes,
    pipelines,
    plugins,
    queue,
    script,
    system,
    users,
    views,
    item,
    build,
    store,
    domains: store.domains,
    events: jenkins.events(),
    log: build.log(),
    request: queue.follow({ item: ['job'], queueId: 1 }),
    tokens: users.tokens(),
  };
}

/** Methods that send nothing, which the cases use anyway: ways from one part to another, and a protected one. */
const ways = new Set([
  'request.becomesBuild',
  'item.item',
  'item.branch',
  'item.buildRef',
  'credentials.in',
  'views.in',
  'users.tokens',
]);

/** All operations of the client as `covers` names them, such as `item.build`. */
export function operationsOf(): readonly string[] {
  return Object.entries(parts()).flatMap(([part, object]) =>
    methodsOf(object)
      .map(([name]) => `${part}.${name}`)
      .filter((operation) => !ways.has(operation)),
  );
}

/** Notes which operations are called, whoever calls them. */
export function watchCalls(): { readonly taken: () => ReadonlySet<string>; readonly end: () => void } {
  let called = new Set<string>();
  const undo = Object.entries(parts()).flatMap(([part, object]) =>
    methodsOf(object).map(([name, method, prototype]) => {
      Object.defineProperty(prototype, name, {
        configurable: true,
        writable: true,
        value(this: unknown, ...given: unknown[]): unknown {
          called.add(`${part}.${name}`);
          return method.apply(this, given);
        },
      });
      return () =>
        Object.defineProperty(prototype, name, { configurable: true, writable: true, value: method });
    }),
  );
  return {
    /** What was called since the last time. */
    taken: () => {
      const taken = called;
      called = new Set();
      return taken;
    },
    end: () => {
      for (const one of undo) one();
    },
  };
}

type Method = (this: unknown, ...given: unknown[]) => unknown;

/** The methods of an object with the prototype that each comes from. */
function methodsOf(object: object): readonly (readonly [name: string, method: Method, prototype: object])[] {
  const found: [string, Method, object][] = [];
  let prototype: object | null = Object.getPrototypeOf(object) as object | null;
  for (
    ;
    prototype && prototype !== Object.prototype;
    prototype = Object.getPrototypeOf(prototype) as object | null
  ) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      if (name !== 'constructor' && typeof value === 'function')
        found.push([name, value as Method, prototype]);
    }
  }
  return found;
}
