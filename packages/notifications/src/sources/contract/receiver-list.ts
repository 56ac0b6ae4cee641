import { Type, type Static } from 'typebox';

/** The version of the contract between the notification manager and sources of receivers. */
export const CONTRACT_VERSION = 'notification.armillary.dev/v1';

const Names = Type.Union([Type.Array(Type.String()), Type.Null()]);
const Objects = Type.Union([Type.Array(Type.Unknown()), Type.Null()]);

/** What a source answers, as a schema. Fields beyond it are ignored; `null` lists are empty ones, as Go writes them. */
export const ReceiverList = Type.Object({
  apiVersion: Type.Optional(
    Type.String({ description: `\`${CONTRACT_VERSION}\` when absent; another major version is refused.` }),
  ),
  kind: Type.Optional(Type.Literal('ReceiverList')),
  metadata: Type.Optional(
    Type.Object({
      revision: Type.Optional(Type.String({ maxLength: 256, description: 'Names this state, for people.' })),
      ttlSeconds: Type.Optional(
        Type.Number({ minimum: 0, description: 'How long the answer is fresh; used from 5 s to 1 h.' }),
      ),
      staleSeconds: Type.Optional(
        Type.Number({
          minimum: 0,
          description: 'How much longer it may be used when a new one takes over 2 s; at most 1 h.',
        }),
      ),
    }),
  ),
  tenants: Type.Optional(Names),
  receivers: Type.Optional(Objects),
  configs: Type.Optional(Objects),
});
/** What a source answers. */
export type ReceiverList = Static<typeof ReceiverList>;

/** The answer to a batch, as a schema: one list per item, in the order of the items. */
export const ReceiverListBatch = Type.Object({
  apiVersion: Type.Optional(Type.String()),
  kind: Type.Optional(Type.Literal('ReceiverListBatch')),
  items: Type.Array(Type.Unknown(), { maxItems: 100 }),
});
/** The answer to a batch. */
export type ReceiverListBatch = Static<typeof ReceiverListBatch>;

/** Several questions at once, as a schema: what `POST /api/v2/receivers:query` takes. */
export const ReceiverQuery = Type.Object({
  apiVersion: Type.Literal(CONTRACT_VERSION),
  kind: Type.Literal('ReceiverQuery'),
  items: Type.Array(
    Type.Object({
      cluster: Type.Optional(Type.String()),
      namespace: Type.Optional(Type.String()),
      labels: Type.Record(Type.String(), Type.String(), {
        description: 'The other labels that the source asked for by `keyLabels`.',
      }),
    }),
    { minItems: 1, maxItems: 100 },
  ),
});
/** Several questions at once. */
export type ReceiverQuery = Static<typeof ReceiverQuery>;
