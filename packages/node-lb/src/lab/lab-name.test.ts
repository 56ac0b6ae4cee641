import { describe, expect, test } from 'vitest';
import {
  isNodeNamespace,
  labPrefix,
  linkMakerPid,
  linkName,
  makerOf,
  nodeNamespace,
  rootLinkName,
} from './lab-name.ts';
import { isAlive, startTicksOf, thisMaker } from './maker.ts';

const largest = { pid: 4_194_304, startTicks: 123_456_789 };

describe('names of a lab', () => {
  test('say who made it', () => {
    const prefix = labPrefix(largest, 3);
    expect(makerOf(nodeNamespace(prefix, 'node-2'))).toEqual(largest);
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

  test('tell a namespace of a node from the others', () => {
    const prefix = labPrefix(largest, 0);
    expect(isNodeNamespace(nodeNamespace(prefix, 'node-10'))).toBe(true);
    expect(['-client', '-backend-1-1', '-switch'].map((end) => isNodeNamespace(prefix + end))).toEqual([
      false,
      false,
      false,
    ]);
    expect(isNodeNamespace('my-node-1')).toBe(false);
  });

  test('fit where they go: 15 letters for interfaces, 11 for what an agent makes names of', () => {
    expect(rootLinkName(largest, 1295).length).toBeLessThanOrEqual(15);
    expect(linkName(largest, 35, 200)).toMatch(/^[a-z][a-z0-9]{10}$/);
    const names = [1, 2, 37].flatMap((node) => [0, 1].map((serial) => linkName(largest, serial, node)));
    expect(new Set(names).size).toBe(6);
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
