import { describe, expect, test } from 'vitest';
import { labPrefix, linkMakerPid, makerOf, rootLinkName } from './lab-name.ts';
import { isAlive, startTicksOf, thisMaker } from './maker.ts';

const largest = { pid: 4_194_304, startTicks: 123_456_789 };

describe('names of a lab', () => {
  test('say who made it', () => {
    const prefix = labPrefix(largest, 3);
    expect(makerOf(`${prefix}-node-2`)).toEqual(largest);
    expect(makerOf(`${prefix}-switch`)).toEqual(largest);
    expect(linkMakerPid(rootLinkName(largest, 3))).toBe(largest.pid);
  });

  test('are not found in names of others', () => {
    const others = [
      'armillary',
      'armillary-lab',
      'armillary-lab-',
      'armillary-lab-12-x-0-node-1',
      'cni-1234',
      '',
    ];
    expect(others.map(makerOf)).toEqual(others.map(() => undefined));
    expect(['armlab', 'armlab1', 'veth1', 'xarmlab1-0'].map(linkMakerPid)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('fit into the 15 letters that an interface may have', () => {
    expect(rootLinkName(largest, 1295).length).toBeLessThanOrEqual(15);
  });
});

describe('the maker of a lab', () => {
  test('is alive while its process is, and not taken for a later one with its id', () => {
    const self = thisMaker();
    expect(isAlive(self)).toBe(true);
    expect(isAlive({ ...self, startTicks: self.startTicks - 1 })).toBe(false);
    expect(startTicksOf(largest.pid + 1)).toBeUndefined();
  });
});
