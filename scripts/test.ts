/** `npm test`: makes sure that the system has what the tests need, then runs them. Arguments go to vitest. */
import { spawnSync } from 'node:child_process';
import { ensureSystemPackages } from './debian.ts';
import { findKubectls, unpackNewestKubectl } from './kubectl.ts';

const missing = ensureSystemPackages();
for (const p of missing) {
  process.stderr.write(`MISSING: ${p.command} (Debian package ${p.debian}): ${p.purpose}\n`);
}
try {
  unpackNewestKubectl();
} catch (error) {
  process.stderr.write(`Could not get Debian's newest kubectl: ${(error as Error).message}\n`);
}
const kubectls = findKubectls();
if (kubectls.length === 0) {
  process.stderr.write(
    'MISSING: kubectl 1.29 or newer. Put one on the PATH; its suites will fail without it.\n',
  );
} else {
  process.stderr.write(`kubectl: ${kubectls.map((k) => k.version).join(', ')}\n`);
}
const vitest = spawnSync('vitest', ['run', ...process.argv.slice(2)], { stdio: 'inherit' });
process.exitCode = vitest.status ?? 1;
