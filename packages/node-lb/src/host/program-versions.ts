import { NodeLbError } from '../errors.ts';
import type { HostBackendName } from '../plan/rule-set.ts';
import type { Commands } from './commands.ts';

/** What every node needs: `nft` inside the bounce namespace, the others everywhere. */
const everywhere: readonly (readonly [string, string])[] = [
  ['ip', '-V'],
  ['nft', '--version'],
  ['conntrack', '--version'],
];

/** The oldest nft whose JSON and atomic transactions can be relied on. */
const oldestNft = [1, 0, 1] as const;

/**
 * The versions of the programs that the data plane runs in a backend, by their names.
 *
 * @throws {NodeLbError} `ProgramMissing` when one is not there, or too old.
 */
export async function programVersions(
  backend: HostBackendName,
  commands: Commands,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const kind = backend.slice('iptables-'.length);
  const own =
    backend === 'nftables'
      ? []
      : [`iptables-${kind}`, `ip6tables-${kind}`, 'ipset'].map((program) => [program, '--version'] as const);
  const asked = [...everywhere, ...own].map(async ([program, flag]) => {
    const { stdout } = await commands.run(program, [flag], { signal });
    return [program, /\bv?(\d+(?:\.\d+)+)/.exec(stdout)?.[1] ?? 'unknown'] as const;
  });
  const versions = new Map(await Promise.all(asked));
  refuseOldNft(versions.get('nft')!);
  return versions;
}

function refuseOldNft(version: string): void {
  const numbers = version.split('.').map(Number);
  const at = oldestNft.findIndex((number, index) => (numbers[index] ?? 0) !== number);
  if (version === 'unknown' || at === -1 || (numbers[at] ?? 0) > oldestNft[at]!) return;
  throw new NodeLbError(
    'ProgramMissing',
    `the program nft is ${version}: install nftables ${oldestNft.join('.')} or later`,
  );
}
