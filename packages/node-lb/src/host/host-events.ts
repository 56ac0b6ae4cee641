import type { Link } from '../plan/link.ts';

const linkLine = /^(?:Deleted )?(\d+): ([^\s@:]+)(?:@\S+)?:/;
const addressLine = /^(Deleted )?\d+: (\S+) +(inet6? \S+) .*?(?=\\|$)/;
const netconfLine = /^(?:Deleted )?inet6? (\S+) /;

/** What a line of `ip -o monitor link address netconf` means for the data plane. */
export type HostEvent =
  /** The bounce link went or changed. */
  | 'link'
  /** It is another one than before, and so may be the namespace. */
  | 'new link'
  /** Addresses of the node, or whether it forwards. */
  | 'node'
  | undefined;

/**
 * Reads the lines of one run of `ip -o monitor link address netconf`. Pods come and go with their interfaces, and routers
 * announce the same address every few seconds; neither means anything here.
 */
export function hostEvents({ hostEnd }: Link): (line: string) => HostEvent {
  const known = new Map<string, string>();
  let linkIndex: string | undefined;
  return (line) => {
    const address = addressLine.exec(line);
    if (address) {
      const [text, deleted, name, local] = address;
      const key = `${name} ${local}`;
      const isNews = deleted !== undefined || known.get(key) !== text;
      if (deleted === undefined) known.set(key, text);
      else known.delete(key);
      if (name === hostEnd) return 'link';
      return isNews && / scope (global|site) /.test(`${text} `) ? 'node' : undefined;
    }
    const [, index, name] = linkLine.exec(line) ?? [];
    if (name === hostEnd && index !== linkIndex) {
      linkIndex = index;
      return 'new link';
    }
    const changed = name ?? netconfLine.exec(line)?.[1];
    if (changed === hostEnd) return 'link';
    return changed === 'all' ? 'node' : undefined;
  };
}
