import { Type, type Static } from 'typebox';
import { described, optionalStringMap, optionalStrings } from './fields.ts';

const LabelSelectorRequirement = Type.Object({
  key: Type.String(),
  operator: Type.String({ description: 'In, NotIn, Exists, DoesNotExist or Match.' }),
  values: optionalStrings,
  regexValue: described('With Match: an RE2 expression that is looked for in the value.'),
});
/** One of the `matchExpressions`. */
export type LabelSelectorRequirement = Static<typeof LabelSelectorRequirement>;

/** A selector of labels, as a schema. */
export const LabelSelector = Type.Object(
  {
    matchLabels: optionalStringMap,
    matchExpressions: Type.Optional(Type.Array(LabelSelectorRequirement)),
  },
  { description: 'All parts must hold.' },
);
/**
 * Kubernetes' label selector with the operator `Match`, upstream's own. `selector/` says what it selects.
 */
export type LabelSelector = Static<typeof LabelSelector>;
