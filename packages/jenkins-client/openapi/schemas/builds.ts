import { Type } from 'typebox';
import { ParameterValue } from './parameters.ts';
import { exported, millis, nullable, open, reference } from './shape.ts';

/** Why a build was started. */
const Cause = exported('Cause', 'Why a build was started. Causes of other classes hold more.', {
  shortDescription: Type.String(),
  userId: nullable(Type.String()),
  userName: Type.String(),
  addr: Type.String({ description: 'The host of a remote start.' }),
  note: nullable(Type.String({ description: 'What a remote start said.' })),
  upstreamBuild: Type.Integer(),
  upstreamProject: Type.String(),
  upstreamUrl: Type.String(),
});

/** One action of a build or queue item. Plugins add their own; these properties are the known ones. */
const RunAction = Type.Partial(
  Type.Object({
    _class: Type.String(),
    causes: Type.Array(Cause),
    parameters: Type.Array(ParameterValue),
    waitingForInput: Type.Boolean(),
    restartEnabled: Type.Boolean(),
    restartableStages: Type.Array(Type.String()),
    lastBuiltRevision: Type.Partial(
      Type.Object({
        SHA1: Type.String(),
        branch: Type.Array(Type.Partial(Type.Object({ SHA1: Type.String(), name: Type.String() }))),
      }),
    ),
    buildsByBranchName: open,
    scmName: Type.String(),
    remoteUrls: Type.Array(Type.String()),
    failCount: Type.Integer(),
    skipCount: Type.Integer(),
    totalCount: Type.Integer(),
    urlName: Type.String(),
  }),
  {
    $id: 'RunAction',
    description:
      'What a plugin knows of a build, told apart by `_class`; an empty object when it exports nothing.',
    additionalProperties: true,
  },
);

/** An archived file as `api/json` lists it. */
const RunArtifact = exported('RunArtifact', 'An archived file.', {
  fileName: Type.String(),
  relativePath: Type.String({ description: 'The path below `artifact/`, not encoded.' }),
  displayPath: nullable(Type.String()),
});

/** Commits that are new in a build. */
const ChangeSet = Type.Partial(
  Type.Object({
    _class: Type.String(),
    kind: nullable(Type.String({ description: 'Such as `git`.' })),
    items: Type.Array(
      Type.Partial(
        Type.Object({
          commitId: Type.String(),
          msg: Type.String(),
          timestamp: millis,
          author: Type.Partial(Type.Object({ fullName: Type.String(), absoluteUrl: Type.String() })),
        }),
        { additionalProperties: true },
      ),
    ),
  }),
  { $id: 'ChangeSet', description: 'Commits that are new in a build.', additionalProperties: true },
);

/** A build. */
export const Run = exported('Run', 'A build.', {
  id: Type.String(),
  number: Type.Integer(),
  displayName: nullable(Type.String()),
  fullDisplayName: Type.String(),
  description: nullable(Type.String()),
  url: Type.String(),
  queueId: Type.Integer({ description: 'The id of the queue item that it came from; it survives restarts.' }),
  building: Type.Boolean(),
  inProgress: Type.Boolean(),
  keepLog: Type.Boolean(),
  result: nullable(Type.Enum(['SUCCESS', 'UNSTABLE', 'FAILURE', 'NOT_BUILT', 'ABORTED'])),
  timestamp: millis,
  duration: Type.Integer({ description: 'Milliseconds; 0 while it is building.' }),
  estimatedDuration: Type.Integer({ description: 'Milliseconds; -1 when it is not known.' }),
  executor: nullable(open),
  actions: Type.Array(RunAction),
  artifacts: Type.Array(RunArtifact),
  changeSets: Type.Array(ChangeSet, { description: 'Of a pipeline.' }),
  changeSet: ChangeSet,
  culprits: Type.Array(open),
  nextBuild: nullable(reference('Run')),
  previousBuild: nullable(reference('Run')),
});

/** One item of the queue, in whichever of its states. */
export const QueueItem = exported(
  'QueueItem',
  'An item of the queue. Its class tells its state: `Queue$WaitingItem` (quiet period), `Queue$BlockedItem`, `Queue$BuildableItem`, `Queue$LeftItem` (started or cancelled; gone five minutes later).',
  {
    id: Type.Integer(),
    url: Type.String({ description: 'Below the address of Jenkins.' }),
    why: nullable(Type.String({ description: 'What it waits for, for people.' })),
    blocked: Type.Boolean(),
    buildable: Type.Boolean(),
    stuck: Type.Boolean(),
    inQueueSince: millis,
    timestamp: Type.Integer({ description: 'When the quiet period ends, in milliseconds since 1970.' }),
    buildableStartMilliseconds: millis,
    pending: Type.Boolean(),
    params: Type.String({ description: 'The parameters as lines of `NAME=value`.' }),
    actions: Type.Array(RunAction),
    task: Type.Partial(
      Type.Object({ _class: Type.String(), name: Type.String(), url: Type.String(), color: Type.String() }),
      { additionalProperties: true },
    ),
    cancelled: Type.Boolean({ description: 'Of a left item.' }),
    executable: nullable(Run),
  },
);

/** The queue. */
export const Queue = exported('Queue', 'What waits, is blocked or could start now.', {
  items: Type.Array(QueueItem),
  discoverableItems: Type.Array(open),
});

/** Stages from which a build can be started again. */
export const RestartableStages = exported(
  'RestartableStages',
  'Where a declarative pipeline can be restarted.',
  {
    restartEnabled: Type.Boolean(),
    restartableStages: Type.Array(Type.String()),
  },
);

/** One test of a suite. */
const TestCase = exported('TestCase', 'One test.', {
  name: Type.String(),
  className: nullable(Type.String()),
  status: Type.Enum(['PASSED', 'SKIPPED', 'FAILED', 'FIXED', 'REGRESSION']),
  duration: Type.Number({ description: 'Seconds.' }),
  age: Type.Integer({ description: 'For how many builds it has been failing.' }),
  failedSince: Type.Integer({ description: 'The build since which it fails; 0 when it passes.' }),
  skipped: Type.Boolean(),
  skippedMessage: nullable(Type.String()),
  errorDetails: nullable(Type.String()),
  errorStackTrace: nullable(Type.String()),
  stdout: nullable(Type.String()),
  stderr: nullable(Type.String()),
  properties: open,
  testActions: Type.Array(open),
});

/** The test report of a build (junit). */
export const TestReport = exported('TestReport', 'The test results of a build.', {
  duration: Type.Number({ description: 'Seconds.' }),
  empty: Type.Boolean(),
  passCount: Type.Integer(),
  failCount: Type.Integer(),
  skipCount: Type.Integer(),
  testActions: Type.Array(open),
  suites: Type.Array(
    exported('TestSuite', 'One suite of tests.', {
      name: Type.String(),
      id: nullable(Type.String()),
      duration: Type.Number({ description: 'Seconds.' }),
      timestamp: nullable(Type.String()),
      nodeId: nullable(Type.String({ description: 'The step that read it.' })),
      enclosingBlocks: Type.Array(Type.String()),
      enclosingBlockNames: Type.Array(Type.String()),
      stdout: nullable(Type.String()),
      stderr: nullable(Type.String()),
      properties: open,
      cases: Type.Array(TestCase),
    }),
  ),
});
