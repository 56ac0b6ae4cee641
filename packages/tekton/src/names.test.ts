import { expect, test } from 'vitest';
import { childName, podName, stepContainerName, taskRunName } from './names.ts';

const run = 'a-pipeline-run-with-quite-a-long-name-of-62-characters-in-total';

test('names are shortened as a real Tekton shortens them (oracle case names-long)', () => {
  expect(taskRunName('pr', 'build')).toBe('pr-build');
  expect(taskRunName(run, 'short')).toBe('a-pipeline-run-with-quite4f235e95b060e5b50cfa902efd5498ae-short');
  expect(taskRunName(run, 'a-pipeline-task-name-that-is-also-rather-long-and-nearly-sixty')).toBe(
    'a-pipeline-run-with-quite-a-lond66600daecc42d62e93b38d84fed80ca',
  );
  expect(podName('a-pipeline-run-with-quite-a-lond66600daecc42d62e93b38d84fed80ca')).toBe(
    'a-pipeline-run-with-quite-a6c29d3b864b39b0221a133105fc572db-pod',
  );
  expect(podName('pr-a', 1)).toBe('pr-a-pod-retry1');
});

test('a name never exceeds 63 characters nor ends with a dash', () => {
  for (const length of [1, 20, 31, 32, 62, 63, 64, 200]) {
    const name = childName('p'.repeat(length), `-${'s'.repeat(length)}-`);
    expect(name.length).toBeLessThanOrEqual(63);
    expect(name).toMatch(/[a-z0-9]$/);
  }
});

test('steps without a name are counted', () => {
  expect(stepContainerName('build', 3)).toBe('step-build');
  expect(stepContainerName(undefined, 1)).toBe('step-unnamed-1');
  expect(stepContainerName('', 0)).toBe('step-unnamed-0');
});
