export { connect } from './connect.ts';
export { Jenkins } from './jenkins.ts';
export type { CallOptions, Clock, Connection, JenkinsRequest, JenkinsResponse } from './connection.ts';
export type { ConnectOptions, FetchFunction } from './transport/options.ts';
export type { Auth, Credentials as AuthCredentials } from './transport/authentication.ts';
export type { RequestEvent, ResponseEvent } from './transport/hooks.ts';
export type { RetryOptions, RetryPolicy } from './transport/retry.ts';
export type { TlsOptions } from './transport/tls.ts';
export type { Capabilities, GraphViewPath } from './capabilities.ts';
export type { QuietState, System, WhoAmI } from './system/system.ts';
export type { Script } from './system/script.ts';
export { branchItemName, branchName } from './address/branch-name.ts';
export { itemPath } from './address/item-path.ts';
export type { ItemAddress, ItemPath } from './address/item-path.ts';
export { field, range, select } from './select.ts';
export type { Fields, ResultOf, Selected, Selection } from './select.ts';
export * from './errors.ts';
export type * from './pipelines/spec.ts';
export type * from './pipelines/source-spec.ts';
export type * from './pipelines/result.ts';
export type { Credentials, CredentialsOwner } from './credentials/credentials.ts';
export type { CredentialStore } from './credentials/credential-store.ts';
export type {
  CredentialDomain,
  CredentialDomains,
  CredentialDomainSpec,
  DomainSpecification,
} from './credentials/credential-domains.ts';
export type * from './credentials/credential.ts';
export type { Nodes } from './nodes/nodes.ts';
export { builtInNode, type JenkinsNode } from './nodes/node.ts';
export type {
  AgentLauncher,
  AgentRetention,
  AgentSpec,
  CustomPart,
  HostKeyCheck,
} from './nodes/agent-spec.ts';
export type { Label, Labels } from './labels/labels.ts';
export type { View, Views } from './views/views.ts';
export type { ViewSpec } from './views/view-spec.ts';
export type { InstallOptions } from './plugins/install-plugins.ts';
export type { Plugin, PluginDependency, Plugins, UpdateCenter } from './plugins/plugins.ts';
export type { AccountSpec, User, Users } from './users/users.ts';
export type { ApiToken, Tokens } from './users/tokens.ts';
export type { Casc, CascFinding } from './casc/casc.ts';
export type { Converter } from './converter/converter.ts';
export type { CronRemark, PipelineFinding } from './converter/finding.ts';
export { BuildRef, BuildRequest } from './builds/build-ref.ts';
export { findStarts, type FindStartsOptions, type FoundStart } from './builds/find-starts.ts';
export type { BuildAddress, Permalink } from './builds/build-address.ts';
export type { Build, BuildChange, BuildParameter, BuildResultName, BuildState } from './builds/build.ts';
export type { BuildCause, CauseKind } from './builds/cause.ts';
export type { BuildResult } from './builds/finish.ts';
export type { BuildRevision } from './builds/revision.ts';
export type { ListBuildsOptions } from './builds/list-builds.ts';
export type { ParameterDefinition, ParameterKind } from './builds/parameter-definition.ts';
export type { FileParameter, ParameterValue, ParameterValues } from './builds/parameter-values.ts';
export type { ReplayOptions } from './builds/replay.ts';
export type { ReplayScripts } from './builds/replay-page.ts';
export { mayHaveStarted, type StartOptions } from './builds/start.ts';
export type { StopOptions, StopStep } from './builds/stop.ts';
export type { BuildRequestState, QueuedStart } from './queue/queue-follower.ts';
export type { Queue } from './queue/queue.ts';
export type { QueueItem, QueueItemState } from './queue/queue-item.ts';
export type { BuildEvents, EventsOptions } from './events/build-events.ts';
export { BuildWatch } from './events/build-watch.ts';
export type { JenkinsEvent } from './events/event.ts';
export { snapshotBuilds, type JobSnapshot, type Snapshot, type SnapshotOptions } from './events/snapshot.ts';
export type { WatchedJobs } from './events/watched-jobs.ts';
export { ItemRef } from './items/item.ts';
export type { Item, ItemKind, LastBuild } from './items/item-state.ts';
export type { Branch, BranchKind } from './items/list-branches.ts';
export { completeSpec } from './pipelines/kinds.ts';
export { storedSecret } from './pipelines/stored-secret.ts';
export { settingEvidence, type Evidence, type SettingEvidence } from './pipelines/evidence.ts';
export type { Pipelines } from './pipelines/pipelines.ts';
export type { CreateFolderOptions, Folders } from './folders/folders.ts';
export type { FolderSpec } from './folders/wanted-folder.ts';
export { BuildLog } from './log/build-log.ts';
export type { LogChunk, LogOptions, LogPosition } from './log/log-chunk.ts';
export { flatStages, type NodeState, type RunNode, type Stage, type Step } from './run/stage.ts';
export type { InputDescription, PendingInput } from './run/pending-input.ts';
export type { TestCase, TestOptions, TestReport, TestStatus, TestSuite } from './run/test-report.ts';
export type { Artifact, ArtifactBody, ArtifactOptions } from './run/artifacts.ts';
