import { createHash } from 'node:crypto';
import type { PipelineSpec } from '../../../kinds/pipeline.ts';

/** A hash of a Pipeline's specification. It tells nothing to those who may not read the Pipeline. */
export function specHash(spec: PipelineSpec): string {
  return createHash('sha256').update(stableJson(spec)).digest('hex');
}

/** Servers keep the order of fields as they like. */
function stableJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
