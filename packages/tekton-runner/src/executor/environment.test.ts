import { expect, test } from 'vitest';
import { baseEnvironment, expandEnvironment, expandVariables } from './environment.ts';
import { imageMap, machineImage } from './images.ts';

test('variables are replaced as the kubelet replaces them', () => {
  const environment = new Map([
    ['A', 'a'],
    ['B', '$(A)'],
  ]);
  expect(expandVariables('$(A) $$(A) $(B) $(C) $A ${A} $$ $(A', environment)).toBe(
    'a $(A) $(A) $(C) $A ${A} $ $(A',
  );
});

test('later variables see earlier ones; declared ones replace the base', () => {
  const base = baseEnvironment({ PATH: '/bin', TOKEN: 'secret' }, { home: '/h', temporary: '/t' });
  const environment = expandEnvironment(base, [
    ['X', '1'],
    ['Y', '$(X)$(Z)'],
    ['Z', '3'],
    ['HOME', '$(HOME)/mine'],
  ]);
  expect([...environment]).toEqual([
    ['PATH', '/bin'],
    ['HOME', '/h/mine'],
    ['LANG', 'C.UTF-8'],
    ['TMPDIR', '/t'],
    ['X', '1'],
    ['Y', '1$(Z)'],
    ['Z', '3'],
  ]);
});

test('well-known images and those the operator names map to this machine, others do not', () => {
  const maps = imageMap(['registry.example.com:5000/team/build:1']);
  const mapped = ['alpine', 'busybox:1.36', 'docker.io/library/debian:12@sha256:00', 'ubuntu', machineImage];
  for (const image of [...mapped, 'registry.example.com:5000/team/build:2'])
    expect(maps(image), image).toBe(true);
  for (const image of ['golang:1', 'evil.example.com/alpine', 'me/alpine', ''])
    expect(maps(image), image).toBe(false);
});
