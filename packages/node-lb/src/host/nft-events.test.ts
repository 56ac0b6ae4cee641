import { describe, expect, test, vi } from 'vitest';
import { NodeLbError } from '../errors.ts';
import type { StreamingCommands } from './commands.ts';
import { destroyedInNft } from './nft-events.ts';
import { canMakeNamespaces, NetworkNamespace } from './testing/network-namespace.ts';

const { signal: never } = new AbortController();
const patience = 30_000;

describe.skipIf(!canMakeNamespaces('listening to nft'))('who listens to nft', () => {
  test('hears what is removed, owns a chain that others cannot, and leaves nothing', async () => {
    using node = new NetworkNamespace();
    const tables = async (): Promise<string> => (await node.commands.run('nft', ['list', 'tables'])).stdout;
    const stop = new AbortController();
    const lines: string[] = [];
    const listening = (async () => {
      for await (const line of destroyedInNft(node.commands, 'armillary', stop.signal)) lines.push(line);
    })();
    await vi.waitFor(async () => expect(await tables()).toContain('inet armillary-hooks'), patience);
    // It listens a moment after it owns the chain.
    await vi.waitFor(async () => {
      await node.commands.run('nft', ['add', 'table', 'inet', 'other']);
      await node.commands.run('nft', ['flush', 'ruleset']);
      expect(lines).toContain('delete table inet other');
    }, patience);
    expect(await tables()).toBe('table inet armillary-hooks\n');
    stop.abort();
    await listening;
    await vi.waitFor(async () => expect(await tables()).toBe(''), patience);
  });
});

/** An nft whose interactive mode fails with these words. */
function nftWithout(words: string): StreamingCommands & { readonly runs: string[] } {
  const runs: string[] = [];
  const commands = {
    runs,
    run: () => Promise.reject(new TypeError('nothing is run')),
    inside: () => commands,
    async *follow(program: string, args: readonly string[]) {
      runs.push([program, ...args].join(' '));
      if (args.includes('-i')) throw new NodeLbError('ProgramFailed', `nft -i ended with 1: ${words}`);
      yield 'delete table inet other';
    },
  };
  return commands;
}

test('an nft without an interactive mode only listens', async () => {
  const nft = nftWithout('nft: interactive CLI not supported in this build');
  const lines: string[] = [];
  for await (const line of destroyedInNft(nft, 'armillary', never)) lines.push(line);
  expect(lines).toEqual(['delete table inet other']);
  expect(nft.runs).toEqual(['nft -i', 'nft monitor destroy']);
});

test('any other failure is one', async () => {
  const nft = nftWithout('nsenter: cannot open /run/netns/armillary: No such file or directory');
  await expect(destroyedInNft(nft, 'armillary', never)[Symbol.asyncIterator]().next()).rejects.toThrow(
    /No such file/,
  );
});
