import type { Command } from 'commander';

interface Words {
  command: string;
  words: string[];
}

function visible(program: Command): Words[] {
  const flags = (c: Command): string[] => c.options.map((o) => o.long ?? o.short ?? '').filter(Boolean);
  const commands = program.commands.filter((c) => !c.name().startsWith('_'));
  return [
    { command: '', words: [...commands.map((c) => c.name()), 'help', '--help', '--version'] },
    ...commands.map((c) => ({ command: c.name(), words: [...flags(c), '--help'] })),
  ];
}

/**
 * A completion script for one shell, made from the commands and flags that `program` has. zsh runs bash's through its
 * own `bashcompinit`.
 */
export function completionScript(program: Command, shell: 'bash' | 'zsh' | 'fish'): string {
  const all = visible(program);
  if (shell === 'fish') {
    return all
      .flatMap(({ command, words }) =>
        words.map((w) => {
          const when = command ? `__fish_seen_subcommand_from ${command}` : '__fish_use_subcommand';
          return `complete -c armillary -n '${when}' ${w.startsWith('--') ? `-l ${w.slice(2)}` : `-f -a ${w}`}\n`;
        }),
      )
      .join('');
  }
  const cases = all
    .map(({ command, words }) => `    ${command || "''"}) candidates='${words.join(' ')}' ;;\n`)
    .join('');
  const bash =
    `_armillary() {\n  local candidates='' command=''\n` +
    `  [ "$COMP_CWORD" -gt 1 ] && command="\${COMP_WORDS[1]}"\n  case "$command" in\n${cases}  esac\n` +
    `  COMPREPLY=($(compgen -W "$candidates" -- "\${COMP_WORDS[COMP_CWORD]}"))\n}\n` +
    `complete -o default -F _armillary armillary\n`;
  return shell === 'zsh' ? `autoload -U +X bashcompinit && bashcompinit\n${bash}` : bash;
}
