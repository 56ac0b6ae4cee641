import type { Commands } from '../../host/commands.ts';
import { systemCommands } from '../../host/system-commands.ts';
import { hostRules, type HostRulesOptions } from '../host-rules.ts';
import { defaultLink } from '../../plan/link.ts';
import type { HostBackendName, RuleSet } from '../../plan/rule-set.ts';

/** All backends, for suites that try each. */
export const hostBackends: readonly HostBackendName[] = ['iptables-nft', 'iptables-legacy', 'nftables'];

let spaces = 0;

/** A network namespace with nothing in it, for rules that no packet meets. */
export class RuleSpace {
  readonly name = `rules-${process.pid}-space${spaces++}`;
  readonly commands: Commands = systemCommands().inside(this.name);

  static async create(): Promise<RuleSpace> {
    const space = new RuleSpace();
    await systemCommands().run('ip', ['netns', 'add', space.name]);
    return space;
  }

  /** Runs a command line without quotes in the namespace, which may wait for the lock of xtables; its output. */
  async run(line: string, input = ''): Promise<string> {
    const [program = '', ...args] = line.split(' ');
    const { stdout } = await this.commands.run(program, args, { input, timeoutMs: 60_000 });
    return stdout;
  }

  hostRules(backend: HostBackendName, options: Partial<HostRulesOptions> = {}): RuleSet {
    return hostRules({ backend, commands: this.commands, link: defaultLink, ...options });
  }

  /** Everything in the namespace that filters or translates, without counters, times and seeds. */
  async everything(): Promise<string> {
    const printed: string[] = [];
    for (const program of ['iptables', 'ip6tables']) {
      printed.push(await this.run(`${program}-nft-save`), await this.run(`${program}-legacy-save`));
    }
    printed.push(await this.run('ipset save'), await this.run('nft -s list ruleset'));
    return printed.join('').replace(/^# (Generated|Completed).*\n| initval \w+/gm, '');
  }

  async remove(): Promise<void> {
    await systemCommands().run('ip', ['netns', 'del', this.name], { acceptable: [1] });
  }
}
