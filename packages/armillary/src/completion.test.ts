import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { completionScript } from './completion.ts';
import { createProgram } from './program.ts';

function complete(words: string[]): string[] {
  const script = `${completionScript(createProgram(), 'bash')}
COMP_WORDS=(${words.map((w) => `'${w}'`).join(' ')}); COMP_CWORD=${words.length - 1}
_armillary; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const result = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
  expect(result.stderr).toBe('');
  return result.stdout.trim().split('\n');
}

test('bash completes commands', () => {
  expect(complete(['armillary', 'u'])).toEqual(['up']);
});

test('bash completes the flags of a command', () => {
  expect(complete(['armillary', 'up', '--de'])).toEqual(['--demo', '--default-engine']);
  expect(complete(['armillary', 'logs', '--'])).toContain('--follow');
  expect(complete(['armillary', 'approve', '--jenkins-u'])).toEqual(['--jenkins-url', '--jenkins-user']);
});

test('every shell gets a script that names every command', () => {
  const program = createProgram();
  for (const shell of ['bash', 'zsh', 'fish'] as const) {
    for (const command of program.commands) {
      expect(completionScript(program, shell)).toContain(command.name());
    }
  }
});
