import { type Static, Type } from 'typebox';

/**
 * Part of the Kubernetes API itself (volumes, security contexts, pod templates ...): Tekton passes it to the Pod,
 * and the API server checks it there, so the schema keeps it as it is.
 */
export const KubernetesValue = Type.Unsafe<Record<string, unknown>>({
  type: 'object',
  'x-kubernetes-preserve-unknown-fields': true,
});

/** The value of a parameter or a result: a string, a list of strings or a flat object of strings. */
export type ParamValue = string | string[] | Record<string, string>;

/** OpenAPI has no union that a structural schema accepts here; Tekton's own CRDs leave the value open too. */
export const ParamValueSchema = Type.Unsafe<ParamValue>({ 'x-kubernetes-preserve-unknown-fields': true });

/** Any JSON value. */
export const AnyValue = Type.Unsafe<unknown>({ 'x-kubernetes-preserve-unknown-fields': true });

export const Strings = Type.Array(Type.String());
export const StringMap = Type.Record(Type.String(), Type.String());
export const optionalString = Type.Optional(Type.String());
export const optionalBoolean = Type.Optional(Type.Boolean());
export const optionalInteger = Type.Optional(Type.Integer());

export const Param = Type.Object({ name: Type.String(), value: ParamValueSchema });
/** A parameter given to a task, a pipeline or a run. */
export type Param = Static<typeof Param>;

export const PropertySpec = Type.Object({ type: optionalString });

export const ParamSpec = Type.Object({
  name: Type.String(),
  type: Type.Optional(Type.String({ description: 'string, array or object' })),
  description: optionalString,
  properties: Type.Optional(Type.Record(Type.String(), PropertySpec)),
  default: Type.Optional(ParamValueSchema),
  enum: Type.Optional(Strings),
});
/** A parameter that a task or a pipeline declares. */
export type ParamSpec = Static<typeof ParamSpec>;

export const WhenExpression = Type.Object({
  input: optionalString,
  operator: optionalString,
  values: Type.Optional(Strings),
  cel: optionalString,
});
/** A condition: `input` is (not) among `values`, or a CEL expression. */
export type WhenExpression = Static<typeof WhenExpression>;

export const ResolverRef = {
  resolver: optionalString,
  params: Type.Optional(Type.Array(Param)),
};

export const Condition = Type.Object({
  type: Type.String(),
  status: Type.String(),
  reason: optionalString,
  message: optionalString,
  severity: optionalString,
  lastTransitionTime: optionalString,
});
/** A knative-style condition; Tekton writes exactly one, of type Succeeded. */
export type Condition = Static<typeof Condition>;

const ConfigSource = Type.Object({
  uri: optionalString,
  digest: Type.Optional(StringMap),
  entryPoint: optionalString,
});

export const Provenance = Type.Object({
  refSource: Type.Optional(ConfigSource),
  featureFlags: Type.Optional(KubernetesValue),
});
