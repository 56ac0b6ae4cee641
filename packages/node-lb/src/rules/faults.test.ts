import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { NodeLbError } from '../errors.ts';
import type { Commands, Ran } from '../host/commands.ts';
import { systemCommands } from '../host/system-commands.ts';
import { canTryRules } from './testing/available.ts';
import { clusterPort, localPort, planOf } from './testing/plans.ts';
import { hostBackends, RuleSpace } from './testing/rule-space.ts';

const { signal } = new AbortController();
const before = planOf(clusterPort(80), localPort(90));
const after = planOf(clusterPort(80), clusterPort(81), localPort(91));

let space: RuleSpace;
beforeEach(async () => {
  if (canTryRules('faults')) space = await RuleSpace.create();
});
afterEach(() => space.remove());

type Run = Commands['run'];

/** The commands of the space, of which some go otherwise: what the function does not answer is really run. */
function withFaults(instead: (...run: Parameters<Run>) => Promise<Ran> | undefined): Commands {
  return {
    run: (...run) => instead(...run) ?? space.commands.run(...run),
    inside: () => {
      throw new Error('is inside already');
    },
  };
}

function missing(program: string): Promise<Ran> {
  return Promise.reject(new NodeLbError('ProgramMissing', `the program ${program} is missing`));
}

function failed(words: string): Promise<Ran> {
  return Promise.reject(new NodeLbError('ProgramFailed', words));
}

describe.skipIf(!canTryRules('faults'))('faults of programs', () => {
  test.each(hostBackends)(
    'whichever run of a change fails, the port that stays stays, and the next apply mends: %s',
    { timeout: 180_000 },
    async (backend) => {
      for (let failing = 1; ; failing++) {
        await space.hostRules(backend).apply(before, signal);
        let runs = 0;
        // Runs that read may fail without any change to come of it.
        const commands = withFaults((program, _, options) =>
          options?.input === undefined || ++runs !== failing ? undefined : failed(`${program} ended with 1`),
        );
        const rules = space.hostRules(backend, { commands });
        const isDone = await rules.apply(after, signal).then(
          () => runs < failing,
          (error: unknown) => expect(error).toMatchObject({ code: 'ProgramFailed' }),
        );
        const kept =
          backend === 'nftables' ? 'nft list set inet armillary cluster4' : 'ipset save armillary-cluster-4';
        expect(await space.run(kept)).toMatch(/10\.77\.0\.1( \. tcp \. |,tcp:)80\b/);
        await rules.apply(after, signal);
        expect(await space.hostRules(backend).verify(after, signal)).toEqual([]);
        if (isDone === true) break;
      }
    },
  );

  test.each(['ipset', 'iptables-nft-restore', 'ip6tables-nft-restore'])(
    '%s is missing: it is named',
    async (absent) => {
      const rules = space.hostRules('iptables-nft', {
        commands: withFaults((program) => (program === absent ? missing(program) : undefined)),
      });
      const applied = rules.apply(before, signal);
      await expect(applied).rejects.toMatchObject({
        code: 'ProgramMissing',
        message: expect.stringContaining(absent),
      });
    },
  );

  test('programs of a family that no port uses, and of other backends, may be missing', async () => {
    const onlyIPv4 = { ...clusterPort(80), addresses: { IPv4: ['10.77.0.1'], IPv6: [] } };
    const rules = space.hostRules('iptables-nft', {
      commands: withFaults((program) =>
        program.startsWith('ip6tables') || program.includes('legacy') || program === 'nft'
          ? missing(program)
          : undefined,
      ),
    });
    expect(await rules.apply(planOf(onlyIPv4), signal)).toEqual({ changed: true });
    expect(await rules.verify(planOf(onlyIPv4), signal)).toEqual([]);
    await rules.remove(signal);
  });

  test('a kernel without ipset: iptables cannot be used and says why, nftables needs it not', async () => {
    const commands = withFaults((program) =>
      program === 'ipset' ? failed('ipset list -n ended with 1: Cannot open session to kernel.') : undefined,
    );
    const applied = space.hostRules('iptables-nft', { commands }).apply(before, signal);
    await expect(applied).rejects.toMatchObject({ message: expect.stringContaining('Cannot open session') });
    const rules = space.hostRules('nftables', { commands });
    await rules.apply(before, signal);
    expect(await rules.verify(before, signal)).toEqual([]);
  });

  test.each(hostBackends)('warnings on standard error are no failures and no rules: %s', async (backend) => {
    await space.run('iptables-legacy -A FORWARD -j ACCEPT');
    const commands = withFaults(async (...run) => {
      const ran = await space.commands.run(...run);
      return { ...ran, stderr: `${ran.stderr}# Warning: iptables-legacy tables present\n` };
    });
    const rules = space.hostRules(backend, { commands });
    await rules.apply(before, signal);
    expect(await rules.verify(before, signal)).toEqual([]);
  });

  test.each(['{', '[]', '{"nftables":1}'])(
    'nft that prints %s instead of its list is not believed',
    async (stdout) => {
      const rules = space.hostRules('nftables', {
        commands: withFaults((program, args) =>
          program === 'nft' && args[0] === '-j'
            ? Promise.resolve({ code: 0, stdout, stderr: '' })
            : undefined,
        ),
      });
      await expect(rules.apply(before, signal)).rejects.toMatchObject({ code: 'ProgramFailed' });
    },
  );

  test('tables of iptables that nft made unreadable are reported', async () => {
    const stdout = "# Table `nat' is incompatible, use 'nft' tool.\n";
    const rules = space.hostRules('iptables-nft', {
      commands: withFaults((program) =>
        program === 'iptables-nft-save' ? Promise.resolve({ code: 0, stdout, stderr: '' }) : undefined,
      ),
    });
    await expect(rules.apply(before, signal)).rejects.toMatchObject({ code: 'Unsupported' });
  });

  test('a program that hangs is given up with the signal, and the calls that waited for it go on', async () => {
    const hanging = new AbortController();
    const hangs = Promise.withResolvers<void>();
    let isHanging = true;
    const rules = space.hostRules('nftables', {
      commands: withFaults((_, __, options) => {
        if (!isHanging) return undefined;
        isHanging = false;
        hangs.resolve();
        return new Promise((___, reject) =>
          options?.signal?.addEventListener('abort', () => reject(new Error('given up'))),
        );
      }),
    });
    const first = rules.apply(before, hanging.signal);
    const waiting = rules.apply(after, signal);
    const tooLate = rules.apply(after, hanging.signal);
    await hangs.promise;
    hanging.abort();
    await expect(first).rejects.toThrow('given up');
    expect(await waiting).toEqual({ changed: true });
    await expect(tooLate).rejects.toThrow('aborted');
    expect(await rules.verify(after, signal)).toEqual([]);
  });

  test(
    'a lock of xtables that somebody holds is waited for a few seconds only',
    { timeout: 180_000 },
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'armillary-lock-'));
      const lock = join(folder, 'lock');
      await writeFile(lock, '');
      const hold =
        'import fcntl, sys; f = open(sys.argv[1]); fcntl.flock(f, fcntl.LOCK_EX); print("held", flush=True); sys.stdin.read()';
      const holder = spawn('python3', ['-c', hold, lock]);
      try {
        await once(holder.stdout, 'data');
        // The lock is one for the whole machine: the program gets another one by a mount of its own.
        const system = systemCommands();
        const script =
          'mount --bind "$1" /run/xtables.lock; net="$2"; shift 2; exec nsenter --net="$net" -- "$@"';
        const commands = withFaults((program, args, options) =>
          program === 'iptables-legacy-restore'
            ? system.run(
                'unshare',
                ['-m', 'sh', '-c', script, 'sh', lock, `/run/netns/${space.name}`, program, ...args],
                options,
              )
            : undefined,
        );
        const rules = space.hostRules('iptables-legacy', { commands });
        await expect(rules.apply(before, signal)).rejects.toMatchObject({
          code: 'ProgramFailed',
          message: expect.stringMatching(/lock/),
        });
        holder.stdin.end();
        await once(holder, 'close');
        expect(await rules.apply(before, signal)).toEqual({ changed: true });
        expect(await rules.verify(before, signal)).toEqual([]);
      } finally {
        holder.kill('SIGKILL');
        await rm(folder, { recursive: true });
      }
    },
  );
});
