import { Type, type Static, type TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { NodeLbError } from '../errors.ts';
import type { Commands } from './commands.ts';
import { programJson } from './program-json.ts';

/** An interface with its addresses, as `ip -j -d address show` prints it; what is not read here is left out. */
export const IpInterface = Type.Object({
  ifindex: Type.Integer(),
  /** Of a veth: the number of its other end, in that one's namespace. */
  link_index: Type.Optional(Type.Union([Type.Integer(), Type.Null()])),
  ifname: Type.String(),
  /** What somebody noted down about it. */
  ifalias: Type.Optional(Type.String()),
  flags: Type.Array(Type.String()),
  mtu: Type.Integer(),
  /** The MAC; tunnels have other things here, or nothing. */
  address: Type.Optional(Type.String()),
  linkinfo: Type.Optional(Type.Object({ info_kind: Type.Optional(Type.String()) })),
  addr_info: Type.Array(
    Type.Object({
      family: Type.Optional(Type.String()),
      local: Type.Optional(Type.String()),
      /** Of a point-to-point interface: the other side. */
      address: Type.Optional(Type.String()),
      prefixlen: Type.Optional(Type.Integer()),
      scope: Type.Optional(Type.String()),
      tentative: Type.Optional(Type.Boolean()),
      dadfailed: Type.Optional(Type.Boolean()),
    }),
  ),
});
/** See the schema {@link IpInterface}. */
export type IpInterface = Static<typeof IpInterface>;

/** An interface as `ip -j link show` prints it. */
const IpLink = Type.Pick(IpInterface, ['ifname', 'mtu']);
type IpLink = Static<typeof IpLink>;

/** A route of any table, as `ip -j -d route show table all` prints it. */
const IpRoute = Type.Object({
  type: Type.Optional(Type.String()),
  dst: Type.String(),
  gateway: Type.Optional(Type.String()),
  dev: Type.Optional(Type.String()),
  /** Of a route by several ways, in place of `dev`. */
  nexthops: Type.Optional(Type.Array(Type.Object({ dev: Type.Optional(Type.String()) }))),
  table: Type.Optional(Type.String()),
});
/** See the schema. */
export type IpRoute = Static<typeof IpRoute>;

/** A neighbour, as `ip -j neighbour show` prints it. */
const IpNeighbour = Type.Object({
  dst: Type.String(),
  dev: Type.Optional(Type.String()),
  lladdr: Type.Optional(Type.String()),
  state: Type.Array(Type.String()),
});
type IpNeighbour = Static<typeof IpNeighbour>;

/** What `ip` knows of a network, or of one of its interfaces. */
export interface IpFacts {
  readonly interfaces: readonly IpInterface[];
  readonly routes: readonly IpRoute[];
  readonly neighbours: readonly IpNeighbour[];
}

/**
 * Reads interfaces, routes of all tables and neighbours in one go; only those of one interface when it is named, and
 * undefined when there is no such interface.
 *
 * @throws {NodeLbError} `ProgramFailed`, also when `ip` prints what it never did.
 */
export async function ipFacts(
  commands: Commands,
  signal: AbortSignal,
  device?: string,
): Promise<IpFacts | undefined> {
  const of = device === undefined ? '' : ` dev ${device}`;
  const input = `address show${of}\nroute show table all${of}\nneighbour show${of}\n`;
  const options = { input, signal, acceptable: [1] };
  const { code, stdout, stderr } = await commands.run('ip', ['-j', '-d', '-batch', '-'], options);
  if (code !== 0) {
    if (/does not exist|Cannot find device|No such device/.test(stderr)) return undefined;
    throw new NodeLbError('ProgramFailed', `ip could not show the network: ${stderr.trim().slice(0, 500)}`);
  }
  // A table without routes is an empty line before iproute2 6.2, and an empty list later.
  const [interfaces = '', routes = '', neighbours = ''] = stdout.split('\n');
  return {
    interfaces: parsed(IpInterface, interfaces),
    routes: parsed(IpRoute, routes),
    neighbours: parsed(IpNeighbour, neighbours),
  };
}

/** Interfaces with their addresses alone; cheaper than {@link ipFacts} on a node with many routes. */
export async function ipInterfaces(commands: Commands, signal: AbortSignal): Promise<IpInterface[]> {
  const { stdout } = await commands.run('ip', ['-j', '-d', 'address', 'show'], { signal });
  return parsed(IpInterface, stdout);
}

/** The default routes of all tables, and all interfaces without their addresses. Throws as {@link ipFacts} does. */
export async function ipWaysOut(
  commands: Commands,
  signal: AbortSignal,
): Promise<{ routes: readonly IpRoute[]; interfaces: readonly IpLink[] }> {
  const input = 'route show table all default\nlink show\n';
  const { stdout } = await commands.run('ip', ['-j', '-d', '-batch', '-'], { input, signal });
  const [routes = '', interfaces = ''] = stdout.split('\n');
  return { routes: parsed(IpRoute, routes), interfaces: parsed(IpLink, interfaces) };
}

function parsed<T extends TSchema>(schema: T, text: string): Static<T>[] {
  const list = text.trim() === '' ? [] : programJson('ip', text);
  // Older versions of ip print an empty object for what they leave out.
  const objects = Array.isArray(list) ? list.filter((item) => Object.keys(item as object).length > 0) : list;
  if (Value.Check(Type.Array(schema), objects)) return objects;
  const [first] = Value.Errors(Type.Array(schema), objects);
  const where = first ? ` (${first.instancePath} ${first.message})` : '';
  throw new NodeLbError(
    'ProgramFailed',
    `ip printed something else than expected${where}; is it older than 6.0?`,
  );
}
