/**
 * Kubernetes client and controller runtime.
 *
 * Purpose: typed requests against any Kubernetes-compatible API server, and controllers that keep working
 * through everything a network and a server do. Not here: exec, attach and port-forward, impersonation,
 * admission webhooks.
 *
 * @packageDocumentation
 */
export { formatKey, keyOf, parseKey } from './objects/kube-object.ts';
export type {
  Condition,
  KubeList,
  KubeObject,
  ObjectKey,
  ObjectMeta,
  OwnerReference,
} from './objects/kube-object.ts';
export type { Status, StatusCause } from './objects/status.ts';
export { apiVersionOf, parseApiVersion, resourcePath } from './objects/resource-type.ts';
export type { ResourceType } from './objects/resource-type.ts';
export { coreV1 } from './objects/core-v1.ts';
export type {
  ConfigMap,
  Event,
  Namespace,
  Node,
  ObjectReference,
  Secret,
  Service,
  ServiceAccount,
  ServicePort,
} from './objects/core-v1.ts';
export type {
  Container,
  ContainerState,
  ContainerStatus,
  EnvVar,
  Pod,
  PodSpec,
  PodStatus,
  ResourceList,
  Volume,
  VolumeMount,
} from './objects/pod.ts';
export { coordinationV1 } from './objects/coordination-v1.ts';
export type { Lease } from './objects/coordination-v1.ts';
export { discoveryV1 } from './objects/discovery-v1.ts';
export type { EndpointSlice } from './objects/discovery-v1.ts';
export { apiextensionsV1 } from './objects/apiextensions-v1.ts';
export type { CustomResourceDefinition } from './objects/apiextensions-v1.ts';
export { addFinalizer, hasFinalizer, removeFinalizer } from './objects/finalizer.ts';
export { controllerOf, ownerReference } from './objects/owner-reference.ts';

export { ConfigError, staticCredential } from './config/cluster-config.ts';
export type {
  ClientCertificate,
  ClusterConfig,
  ConfigErrorCode,
  Credential,
  CredentialSource,
} from './config/cluster-config.ts';
export { loadKubeconfig } from './config/kubeconfig.ts';
export type { LoadKubeconfigOptions } from './config/kubeconfig.ts';
export { inClusterConfig } from './config/in-cluster.ts';

export { KubeClient } from './client/kube-client.ts';
export type { KubeClientOptions } from './client/kube-client.ts';
export { ResourceClient } from './client/resource-client.ts';
export type {
  ApplyOptions,
  CallOptions,
  DeleteOptions,
  ListOptions,
  NamespaceOption,
  PatchOptions,
  SelectorOptions,
  WatchOptions,
  WriteOptions,
} from './client/resource-client.ts';
export {
  hasCode,
  isAlreadyExists,
  isConflict,
  isExpired,
  isNotFound,
  KubeError,
} from './client/kube-error.ts';
export type { KubeErrorCode, KubeErrorDetails } from './client/kube-error.ts';
export type { RawRequest, RawResponse, RequestSample } from './client/transport.ts';
export { podLogs } from './client/pod-logs.ts';
export type { PodLogOptions } from './client/pod-logs.ts';
export type { BookmarkObject, WatchEvent } from './client/watch-event.ts';

export { Backoff } from './time/backoff.ts';
export type { BackoffOptions } from './time/backoff.ts';
export { delay, systemClock } from './time/clock.ts';
export type { Clock } from './time/clock.ts';

export { ControllerManager } from './runtime/controller-manager.ts';
export type {
  ControllerManagerOptions,
  Health,
  LeaderElectionOptions,
} from './runtime/controller-manager.ts';
export { TerminalError, watchOf } from './runtime/controller-definition.ts';
export type {
  ControllerDefinition,
  ReconcileContext,
  ReconcileResult,
  WatchDefinition,
} from './runtime/controller-definition.ts';
export { annotationsChanged, anyOf, generationChanged, labelsChanged } from './runtime/predicate.ts';
export type { Change, Predicate } from './runtime/predicate.ts';
export type { DeletedDetail, Informer, InformerHandlers } from './runtime/informer.ts';
export { silentLogger } from './runtime/logger.ts';
export type { Logger } from './runtime/logger.ts';
export { EventRecorder } from './runtime/event-recorder.ts';
export type { EventRecorderOptions } from './runtime/event-recorder.ts';
export { LeaderElector, LeadershipLostError } from './runtime/leader-elector.ts';
export type { LeaderElectorOptions } from './runtime/leader-elector.ts';
export { RuntimeMetrics } from './runtime/metrics.ts';
export { patchStatus } from './runtime/patch-status.ts';
