import { expect, test } from 'vitest';
import { tektonKinds } from './kinds.ts';
import { oracleCases } from './testing/oracle.ts';

test('the CRDs have the names, short names and columns of Tekton', () => {
  const crds = tektonKinds.map((kind) => kind.crd());
  expect(crds.map(({ metadata }) => metadata.name)).toEqual([
    'tasks.tekton.dev',
    'pipelines.tekton.dev',
    'taskruns.tekton.dev',
    'pipelineruns.tekton.dev',
  ]);
  const runs = crds.filter(({ spec }) => spec.versions[0]?.subresources?.status !== undefined);
  expect(runs.map(({ spec }) => spec.names.shortNames)).toEqual([
    ['tr', 'trs'],
    ['pr', 'prs'],
  ]);
  expect(runs[0]?.spec.versions[0]?.additionalPrinterColumns?.map(({ name }) => name)).toEqual([
    'Succeeded',
    'Reason',
    'StartTime',
    'CompletionTime',
  ]);
});

test('every manifest that a real Tekton accepted fits the schemas', () => {
  for (const { id, manifests, refused } of oracleCases()) {
    for (const [index, object] of manifests.entries()) {
      const kind = tektonKinds.find((candidate) => candidate.kind === object.kind);
      if (kind === undefined || object.apiVersion !== 'tekton.dev/v1' || refused[index] != null) continue;
      expect(kind.validate(object), id).toEqual([]);
    }
  }
});
