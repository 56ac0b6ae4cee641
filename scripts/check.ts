/** `npm run check`: types, lint, format, dead code, and generated files that drifted. Runs all, then says what failed. */
import { spawnSync } from 'node:child_process';

const steps: [string, string[]][] = [
  ['tsc', ['-b']],
  ['tsc', ['-p', 'tsconfig.test.json']],
  ['oxlint', ['--type-aware', '--deny-warnings']],
  ['prettier', ['--check', '--log-level', 'warn', '.']],
  ['knip', []],
  ['node', ['scripts/generate.ts', '--check']],
  ['node', ['packages/embedded-api/scripts/generate-builtins.ts', '--check']],
];
const failed = steps.filter(([command, args]) => {
  process.stderr.write(`> ${command} ${args.join(' ')}\n`);
  return spawnSync(command, args, { stdio: 'inherit' }).status !== 0;
});
for (const [command, args] of failed) process.stderr.write(`FAILED: ${command} ${args.join(' ')}\n`);
process.exitCode = failed.length === 0 ? 0 : 1;
