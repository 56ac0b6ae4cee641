import type { ObjectMeta } from '@armillary/kube';
import { label } from '../kinds/metadata.ts';
import type { Pipeline } from '../kinds/pipeline.ts';

/** The longest value of a label. */
const MAX_LABEL = 63;

/**
 * What ties a run to its Pipeline, as far as the run does not have it: the label, unless the name is too long for one,
 * and the owner, with which the run goes.
 */
export function pipelineTies(
  pipeline: Pipeline,
  { labels, ownerReferences = [] }: Pick<ObjectMeta, 'labels' | 'ownerReferences'> = {},
): Pick<ObjectMeta, 'labels' | 'ownerReferences'> {
  const { name = '', uid = '' } = pipeline.metadata;
  const owner = { apiVersion: pipeline.apiVersion, kind: pipeline.kind, name, uid };
  const owned = ownerReferences.some((each) => each.uid === uid);
  const labelled = labels?.[label.pipeline] !== undefined || name.length > MAX_LABEL;
  return {
    ...(!labelled && { labels: { [label.pipeline]: name } }),
    ...(!owned && { ownerReferences: [...ownerReferences, owner] }),
  };
}
