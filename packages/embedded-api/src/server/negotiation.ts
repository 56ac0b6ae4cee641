import { notAcceptable } from '../status-error.ts';

/** The form of an answer: the objects themselves, or one of the transformations of meta.k8s.io. */
export interface AnswerForm {
  as: 'Object' | 'Table' | 'PartialObjectMetadata';
  /** Of meta.k8s.io, for transformations. */
  version: 'v1' | 'v1beta1';
}

const plain: AnswerForm = { as: 'Object', version: 'v1' };

/**
 * Chooses the first clause of an `Accept` header that this server can answer. Protobuf and CBOR are not served, so
 * clients must list JSON too. Throws a 406.
 */
export function answerForm(accept: string | undefined): AnswerForm {
  if (!accept?.trim()) return plain;
  for (const clause of accept.split(',')) {
    const [type, ...parameters] = clause.split(';').map((part) => part.trim());
    if (type !== 'application/json' && type !== 'application/*' && type !== '*/*') continue;
    const { as, g, v } = Object.fromEntries(parameters.map((text) => text.split('=', 2))) as Record<
      string,
      string
    >;
    if (as === undefined) return plain;
    if (g !== 'meta.k8s.io' || (v !== 'v1' && v !== 'v1beta1')) continue;
    if (as === 'Table') return { as, version: v };
    if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') {
      return { as: 'PartialObjectMetadata', version: v };
    }
  }
  throw notAcceptable(
    'only the following media types are accepted: application/json, application/json;as=Table, ' +
      'application/json;as=PartialObjectMetadata',
  );
}
