import { describe, expect, test } from 'vitest';
import type { Commands } from '../host/commands.ts';
import { freeSubnet, takeSubnet } from './free-subnet.ts';
import { canMakeLabs } from './testing/lab-world.ts';

/** A machine with routes to these destinations. */
function machine(...destinations: string[]): Commands {
  const stdout = JSON.stringify(destinations.map((dst) => ({ dst, dev: 'eth0' })));
  const commands: Commands = {
    run: () => Promise.resolve({ code: 0, stdout, stderr: '' }),
    inside: () => commands,
  };
  return commands;
}

describe('the network of a lab', () => {
  test('is the first that nobody on this machine uses', async () => {
    expect(await freeSubnet(7, machine('default', '10.0.0.0/8', '192.0.2.2'))).toBe(7);
    expect(await freeSubnet(7, machine('198.18.7.0/24', '198.18.8.1'))).toBe(9);
    expect(await freeSubnet(254, machine('198.18.254.0/25'))).toBe(0);
  });

  test('is refused when a route covers all of them', async () => {
    await expect(freeSubnet(0, machine('198.18.0.0/15'))).rejects.toThrow(
      /198\.18\.0\.0\/24 to .* remove one/,
    );
  });
});

describe.skipIf(!canMakeLabs('taking the network of a lab'))(
  'the network of a lab that is being made',
  () => {
    test('is not given to another one, although it has no route yet', async () => {
      const taken = await Promise.all([takeSubnet(7, machine()), takeSubnet(7, machine())]);
      for (const { unlock } of taken) await unlock();
      expect(new Set(taken.map(({ subnet }) => subnet)).size).toBe(2);
    });

    test('is not one that got its route while it was being asked for', async () => {
      let asked = 0;
      const commands: Commands = {
        run: (...run) => (asked++ === 0 ? machine() : machine('198.18.7.0/24')).run(...run),
        inside: () => commands,
      };
      const { subnet, unlock } = await takeSubnet(7, commands);
      await unlock();
      expect(subnet).not.toBe(7);
    });
  },
);
