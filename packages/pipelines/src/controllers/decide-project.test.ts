import { expect, test } from 'vitest';
import type { DevOpsProject } from '../kinds/devops-project.ts';
import { PROJECT_FINALIZER } from '../kinds/metadata.ts';
import { decideProject } from './decide-project.ts';

function project(change: Partial<DevOpsProject['metadata']> = {}): DevOpsProject {
  return {
    apiVersion: 'devops.kubesphere.io/v1alpha3',
    kind: 'DevOpsProject',
    metadata: {
      name: 'demo',
      uid: 'd-1',
      labels: { 'kubesphere.io/workspace': 'w' },
      finalizers: [PROJECT_FINALIZER],
      ...change,
    },
  };
}

const labels = {
  'kubesphere.io/devopsproject': 'demo',
  'devops.kubesphere.io/managed': 'true',
  'kubesphere.io/workspace': 'w',
};

function namespace(change: object = {}) {
  const ownerReferences = [
    { apiVersion: 'x/v1', kind: 'DevOpsProject', name: 'demo', uid: 'd-1', controller: true },
  ];
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'demo', uid: 'n-1', labels, ownerReferences, ...change },
  };
}

test('the finalizer comes first, then the namespace with its labels and owner, then the status', () => {
  expect(decideProject(project({ finalizers: [] }), undefined)).toEqual({ do: 'add-finalizer' });
  expect(decideProject(project(), undefined)).toMatchObject({
    do: 'create-namespace',
    namespace: { metadata: { name: 'demo', labels, ownerReferences: [{ uid: 'd-1', controller: true }] } },
  });
  expect(decideProject(project(), namespace())).toEqual({ do: 'tell-ready' });
  expect(decideProject({ ...project(), status: { adminNamespace: 'demo' } }, namespace())).toEqual({
    do: 'nothing',
  });
});

test('labels are kept in step with the project', () => {
  expect(decideProject(project({ labels: { 'kubesphere.io/workspace': 'v' } }), namespace())).toMatchObject({
    do: 'label-namespace',
  });
});

test('a deleted project takes its namespace along and waits for it', () => {
  const deleted = project({ deletionTimestamp: '2026-01-01T00:00:00Z' });
  expect(decideProject(deleted, namespace())).toEqual({ do: 'delete-namespace', uid: 'n-1' });
  expect(decideProject(deleted, namespace({ deletionTimestamp: '2026-01-01T00:00:00Z' }))).toEqual({
    do: 'nothing',
  });
  expect(decideProject(deleted, undefined)).toEqual({ do: 'remove-finalizer' });
});

test('the namespace of somebody else is neither used nor deleted', () => {
  const foreign = namespace({ labels: {}, ownerReferences: [] });
  expect(decideProject(project(), foreign).do).toBe('tell-conflict');
  expect(decideProject(project({ deletionTimestamp: '2026-01-01T00:00:00Z' }), foreign)).toEqual({
    do: 'remove-finalizer',
  });
});
