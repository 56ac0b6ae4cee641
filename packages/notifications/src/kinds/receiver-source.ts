import { defineKind, type KindObject } from '@armillary/resource';
import { Type, type Static } from 'typebox';
import { Credential } from './credential.ts';
import { described, duration, optionalBoolean, optionalString, optionalStrings } from './fields.ts';
import { HTTPClientConfig } from './http-client-config.ts';
import { ServiceReference } from './service-reference.ts';

const exactlyOne = { rule: 'has(self.url) != has(self.service)', message: 'exactly one of url and service' };

const ReceiverSourceSpec = Type.Object(
  {
    url: described(
      'The address of the webhook: without a path /api/v2/receivers is appended, with one it is used as it is.',
    ),
    service: Type.Optional(ServiceReference),
    keyLabels: Type.Optional(
      Type.Array(Type.String(), {
        maxItems: 16,
        description:
          'Labels of an alert that are sent, and that an answer holds for; cluster and namespace when absent.',
      }),
    ),
    auth: Type.Optional(
      Type.Object({
        ...HTTPClientConfig.properties,
        hmac: Type.Optional(
          Type.Object({
            secret: Credential,
            previousSecret: Type.Optional(Credential),
            verifyResponses: Type.Optional(
              Type.Boolean({ description: 'Answers must be signed too; false when absent.' }),
            ),
          }),
        ),
      }),
    ),
    cache: Type.Optional(
      Type.Object({
        ttl: duration('How long an answer is fresh, unless it says so itself; 60s when absent.'),
        staleWhileRevalidate: duration(
          'How much longer it is used when a new one takes over 2s; 10m when absent.',
        ),
        staleIfError: duration('How much longer it is used when no new one can be had; 24h when absent.'),
        negativeTTL: duration('How long "nobody" is fresh; 30s when absent.'),
        errorTTL: duration('How long nothing is asked again after a failure, growing; 5s when absent.'),
        maxEntries: Type.Optional(
          Type.Integer({ minimum: 1, maximum: 1_000_000, description: '10000 when absent.' }),
        ),
        maxBytes: Type.Optional(Type.Integer({ minimum: 1, description: '67108864 when absent.' })),
      }),
    ),
    timeout: duration('How long one request may take, at most 30s; 2s when absent.'),
    batch: Type.Optional(
      Type.Boolean({
        description: 'Whether the webhook answers several questions at once; false when absent.',
      }),
    ),
    mergePolicy: Type.Optional(
      Type.Union(
        [Type.Literal('Append'), Type.Literal('Override'), Type.Literal('Fallback'), Type.Literal('Only')],
        { description: "How its receivers stand beside those of the cluster's objects; Append when absent." },
      ),
    ),
    onError: Type.Optional(
      Type.Union([Type.Literal('Fallback'), Type.Literal('FailClosed')], {
        description:
          'Without any answer: go on with what the cluster knows (the default), or tell no tenant.',
      }),
    ),
    secretNamespaces: Type.Optional(
      Type.Array(Type.String(), {
        description: 'Namespaces whose Secrets and ConfigMaps its receivers may name; none when absent.',
      }),
    ),
    addressPolicy: Type.Optional(
      Type.Object(
        { allowLoopback: optionalBoolean, allow: optionalStrings, deny: optionalStrings },
        {
          description:
            'Where its receivers may be. Entries are host names, *.suffix, addresses or networks; what is denied is so whatever is allowed. Everywhere but loopback when absent.',
        },
      ),
    ),
  },
  { 'x-kubernetes-validations': [exactlyOne] },
);
/** Whom to ask who shall be told; everything but the address has a safe default. */
export type ReceiverSourceSpec = Static<typeof ReceiverSourceSpec>;

const Condition = Type.Object({
  type: Type.String(),
  status: Type.String({ description: 'True, False or Unknown' }),
  observedGeneration: Type.Optional(Type.Integer({ format: 'int64' })),
  lastTransitionTime: Type.String({ format: 'date-time' }),
  reason: Type.String(),
  message: optionalString,
});

/** notification.armillary.dev/v1alpha1 ReceiverSource: a webhook that says who is told, per namespace. */
export const receiverSourceKind = defineKind({
  group: 'notification.armillary.dev',
  kind: 'ReceiverSource',
  plural: 'receiversources',
  shortNames: ['rsrc'],
  categories: ['notification-manager'],
  scope: 'Cluster',
  versions: [
    {
      name: 'v1alpha1',
      served: true,
      storage: true,
      schema: Type.Object({
        spec: ReceiverSourceSpec,
        status: Type.Optional(
          Type.Object({
            conditions: Type.Optional(
              Type.Array(Condition, {
                'x-kubernetes-list-type': 'map',
                'x-kubernetes-list-map-keys': ['type'],
              }),
            ),
          }),
        ),
      }),
      subresources: { status: {} },
      additionalPrinterColumns: [
        { name: 'URL', type: 'string', jsonPath: '.spec.url' },
        { name: 'Service', type: 'string', jsonPath: '.spec.service.name' },
        { name: 'Policy', type: 'string', jsonPath: '.spec.mergePolicy' },
        { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
        { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
      ],
    },
  ],
});

/** An object of {@link receiverSourceKind}. */
export type ReceiverSource = KindObject<typeof receiverSourceKind>;
