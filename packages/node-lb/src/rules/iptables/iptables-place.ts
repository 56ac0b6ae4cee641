import { serves } from '../../plan/served-family.ts';
import type { Commands } from '../../host/commands.ts';
import type { NodePlan } from '../../plan/node-plan.ts';
import { families, type FamilyWords } from '../families.ts';
import type { RulePlace } from '../known-rules.ts';
import type { Link } from '../../plan/link.ts';
import { unlessMissing } from '../missing-program.ts';
import type { RuleNames } from '../owner.ts';
import { destroySets, readSets, runSets } from './ipset-program.ts';
import { wantedSets, type IpSets } from './ip-sets.ts';
import { ownTables } from './iptables-save.ts';
import type { FoundJump, Jump, OwnTables } from './own-tables.ts';
import { setDifferences, setScripts, addingTimes } from './set-changes.ts';
import { tablesDifferences, tableScripts, type TableScripts } from './table-changes.ts';
import { wantedTables, type BackendRole } from './wanted-tables.ts';

/** The two ways in which iptables writes its rules. */
export const iptablesBackends = ['iptables-nft', 'iptables-legacy'] as const;
/** One of {@link iptablesBackends}. */
type IptablesBackend = (typeof iptablesBackends)[number];

/** What is ours in all tables of iptables, by program (`ip6tables-nft`), and the sets they ask. */
export interface IptablesState {
  readonly tables: ReadonlyMap<string, OwnTables<Jump | FoundJump>>;
  readonly sets: IpSets;
}

/** What a place of iptables rules hangs on. */
export interface IptablesPlaceOptions {
  readonly commands: Commands;
  readonly names: RuleNames;
  readonly link: Link;
  /** What each backend does; one that is not named shall have nothing of ours. */
  readonly roles: Partial<Readonly<Record<IptablesBackend, BackendRole>>>;
}

/**
 * Rules in iptables, of both backends and families. A family that no port of the plan uses gets none: its programs may
 * be missing, or the kernel may not have it.
 */
export function iptablesPlace(options: IptablesPlaceOptions): RulePlace<IptablesState> {
  const { commands, names } = options;
  const timeOf = addingTimes(names);
  return {
    nothing: { tables: new Map(), sets: new Map() },
    wanted: (plan) => wantedState(plan, options),
    read: (signal) => readState(commands, names, signal),
    differences: (wanted, found) => [
      ...setDifferences(wanted.sets, found.sets),
      ...programs.flatMap(({ program }) =>
        tablesDifferences(program, tablesOf(wanted, program), tablesOf(found, program)),
      ),
    ],
    write: async (wanted, found, signal) => {
      const sets = setScripts(wanted.sets, found.sets, timeOf);
      const tables = programs.map(({ program }) => ({
        program,
        ...tableScripts(tablesOf(wanted, program), tablesOf(found, program)),
      }));
      const inputs = (part: keyof TableScripts): TableInputs =>
        tables.filter((table) => table[part] !== '').map((table) => [table.program, table[part]]);
      const steps = joinedSteps([
        sets.limiting,
        inputs('limiting'),
        sets.before,
        inputs('making'),
        sets.after,
        inputs('clearing'),
      ]);
      for (const step of steps) {
        if (typeof step === 'string') await runSets(commands, step, signal);
        else await restore(commands, step, signal);
      }
      await destroySets(commands, sets.unused, signal);
      return steps.length + sets.unused.length > 0;
    },
  };
}

/** Inputs of iptables-restore, each for a program of its own. */
type TableInputs = readonly (readonly [program: string, input: string])[];

/** Without those that have nothing to do; what ipset does then with nothing in between is one run of it. */
function joinedSteps(steps: readonly (string | TableInputs)[]): (string | TableInputs)[] {
  const joined: (string | TableInputs)[] = [];
  for (const step of steps.filter(({ length }) => length > 0)) {
    const last = joined.at(-1);
    if (typeof step === 'string' && typeof last === 'string') joined.splice(-1, 1, last + step);
    else joined.push(step);
  }
  return joined;
}

const programs: readonly { program: string; backend: IptablesBackend; words: FamilyWords }[] =
  iptablesBackends.flatMap((backend) =>
    families.map((words) => ({
      program: backend.replace('iptables', words.iptables),
      backend,
      words,
    })),
  );

function tablesOf({ tables }: IptablesState, program: string): OwnTables<Jump | FoundJump> {
  return tables.get(program) ?? new Map();
}

function wantedState(plan: NodePlan, { roles, names, link }: IptablesPlaceOptions): IptablesState {
  const tables = new Map<string, OwnTables>();
  const sets = new Map<string, IpSets extends ReadonlyMap<string, infer T> ? T : never>();
  for (const { program, backend, words } of programs) {
    const role = roles[backend];
    if (!role || !plan.ports.some((exposed) => serves(exposed, words.family))) continue;
    tables.set(program, wantedTables(plan, words, role, names, link));
    for (const [name, set] of wantedSets(plan, words, names, role)) sets.set(name, set);
  }
  return { tables, sets };
}

async function readState(commands: Commands, names: RuleNames, signal: AbortSignal): Promise<IptablesState> {
  // Without naming a table: naming one would make it where there is none.
  const saved = await allOf(
    programs.map(async ({ program }) => {
      const { stdout } = await unlessMissing(commands.run(`${program}-save`, [], { signal }));
      return [program, ownTables(stdout, names)] as const;
    }),
  );
  const tables = new Map(saved);
  const asked = [...tables.values()].flatMap((own) =>
    [...own.values()].flatMap(({ chains }) =>
      [...chains.values()].flatMap((rules) => rules.flatMap(setsAsked)),
    ),
  );
  return { tables, sets: await readSets(commands, names, new Set(asked), signal) };
}

function setsAsked(rule: string): string[] {
  return [...rule.matchAll(/--match-set (\S+)/g)].map(([, name]) => name!);
}

/** Each program replaces the chains it is given in one transaction per table, or fails and changes nothing of it. */
async function restore(commands: Commands, inputs: TableInputs, signal: AbortSignal): Promise<void> {
  // iptables-legacy would wait for its lock without end; iptables-nft takes the flag and needs no lock.
  const args = ['--noflush', '-w', '5'];
  await allOf(inputs.map(([program, input]) => commands.run(`${program}-restore`, args, { input, signal })));
}

/** Waits for all to end, so that nothing goes on behind the back of who hears of a failure. */
async function allOf<T>(running: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(running);
  return Promise.all(running);
}
