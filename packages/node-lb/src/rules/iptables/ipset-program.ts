import { delay, systemClock } from '@armillary/kube';
import type { Commands } from '../../host/commands.ts';
import { unlessMissing } from '../missing-program.ts';
import type { RuleNames } from '../owner.ts';
import { parseSets, type IpSets } from './ip-sets.ts';

/** Reads the sets under our prefix and those that rules of ours ask; sets of others may be huge and are not read. */
export async function readSets(
  commands: Commands,
  names: RuleNames,
  asked: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<IpSets> {
  const listed = await unlessMissing(commands.run('ipset', ['list', '-n'], { signal }));
  const ours = listed.stdout
    .split('\n')
    .filter((name) => name.startsWith(names.setPrefix) || asked.has(name));
  // A set may go between the two questions: then it is not there.
  const saving = ours.map((name) => commands.run('ipset', ['save', name], { signal, acceptable: [1] }));
  await Promise.allSettled(saving);
  return parseSets((await Promise.all(saving)).map(({ stdout }) => stdout).join('\n'));
}

/** How often a set is tried to be destroyed, and how long is waited at first, in milliseconds. */
const destroyTries = 8;
const firstWaitMs = 10;

/** Runs the lines of an `ipset restore`; what is already so is no failure. */
export async function runSets(commands: Commands, input: string, signal: AbortSignal): Promise<void> {
  await commands.run('ipset', ['-exist', 'restore'], { input, signal });
}

/** Destroys sets. The kernel lets a deleted rule of iptables-nft go a little later, and the set with it. */
export async function destroySets(
  commands: Commands,
  names: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  for (const name of names) {
    for (let tried = 1; ; tried++) {
      const acceptable = tried < destroyTries ? [1] : [];
      const ran = await commands.run('ipset', ['destroy', name], { signal, acceptable });
      if (ran.code === 0 || ran.stderr.includes('does not exist')) break;
      await delay(systemClock, firstWaitMs * 2 ** (tried - 1), signal);
    }
  }
}
