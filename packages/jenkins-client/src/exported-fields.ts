/**
 * Types of the values that Jenkins core and the pipeline plugins export in `api/json`, by field name. A name means the
 * same everywhere; where an object can be without a value, the type holds `null`.
 */
export interface LeafTypes {
  readonly _class: string;
  // Items
  readonly name: string;
  readonly fullName: string;
  readonly displayName: string;
  readonly displayNameOrNull: string | null;
  readonly fullDisplayName: string;
  readonly description: string | null;
  readonly url: string;
  readonly color: string;
  readonly buildable: boolean;
  readonly disabled: boolean;
  readonly inQueue: boolean;
  readonly keepDependencies: boolean;
  readonly nextBuildNumber: number;
  readonly concurrentBuild: boolean;
  readonly resumeBlocked: boolean;
  // Builds
  readonly number: number;
  readonly id: string | number;
  readonly queueId: number;
  readonly building: boolean;
  readonly inProgress: boolean;
  readonly result: 'SUCCESS' | 'UNSTABLE' | 'FAILURE' | 'NOT_BUILT' | 'ABORTED' | null;
  readonly timestamp: number;
  readonly duration: number;
  readonly estimatedDuration: number;
  readonly keepLog: boolean;
  readonly builtOn: string;
  readonly fileName: string;
  readonly relativePath: string;
  readonly displayPath: string | null;
  readonly shortDescription: string;
  readonly userId: string | null;
  readonly userName: string;
  // Queue
  readonly why: string | null;
  readonly stuck: boolean;
  readonly blocked: boolean;
  readonly pending: boolean;
  readonly cancelled: boolean;
  readonly inQueueSince: number;
  readonly params: string;
  // Nodes
  readonly idle: boolean;
  readonly offline: boolean;
  readonly temporarilyOffline: boolean;
  readonly offlineCauseReason: string;
  readonly numExecutors: number;
  readonly busyExecutors: number;
  readonly totalExecutors: number;
  readonly jnlpAgent: boolean;
  readonly manualLaunchAllowed: boolean;
  readonly launchSupported: boolean;
  // The server
  readonly mode: 'NORMAL' | 'EXCLUSIVE';
  readonly nodeDescription: string;
  readonly quietingDown: boolean;
  readonly quietDownReason: string | null;
  readonly useCrumbs: boolean;
  readonly useSecurity: boolean;
  // Plugins
  readonly shortName: string;
  readonly longName: string;
  readonly version: string;
  readonly active: boolean;
  readonly enabled: boolean;
  readonly hasUpdate: boolean;
  readonly pinned: boolean;
  // Users
  readonly absoluteUrl: string;
  readonly fullname: string;
}

/** Fields that hold lists of objects. */
export type ListNames =
  | 'jobs'
  | 'views'
  | 'builds'
  | 'allBuilds'
  | 'artifacts'
  | 'causes'
  | 'culprits'
  | 'changeSets'
  | 'items'
  | 'computer'
  | 'executors'
  | 'oneOffExecutors'
  | 'assignedLabels'
  | 'healthReport'
  | 'parameterDefinitions'
  | 'plugins'
  | 'users'
  | 'discoverableItems'
  | 'upstreamProjects'
  | 'downstreamProjects'
  | 'suites'
  | 'cases'
  | LooseListNames;

/** Fields that hold lists of objects of many classes, of which most have none of the fields asked for. */
export type LooseListNames = 'actions' | 'property' | 'parameters';

/** Fields that hold an object or nothing. */
export type NullableNames =
  | 'firstBuild'
  | 'lastBuild'
  | 'lastCompletedBuild'
  | 'lastFailedBuild'
  | 'lastStableBuild'
  | 'lastSuccessfulBuild'
  | 'lastUnstableBuild'
  | 'lastUnsuccessfulBuild'
  | 'previousBuild'
  | 'nextBuild'
  | 'queueItem'
  | 'executor'
  | 'executable'
  | 'currentExecutable'
  | 'offlineCause'
  | 'primaryView';
