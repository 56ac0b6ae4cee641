import { Type } from 'typebox';
import { ParameterDefinition } from './parameters.ts';
import { Run } from './builds.ts';
import { exported, nullable, open, reference } from './shape.ts';

/** Part of a view that an item or the root lists. */
export const View = exported(
  'View',
  'A view. Below a multibranch pipeline: its branches, pull requests or tags.',
  {
    name: Type.String(),
    url: Type.String(),
    description: nullable(Type.String()),
    jobs: Type.Array(reference('Item')),
    property: Type.Array(open),
  },
);

/** A property of a job; only that of the parameters says more than its class. */
const ItemProperty = exported('ItemProperty', 'A property of a job.', {
  parameterDefinitions: Type.Array(ParameterDefinition),
});

/** Whatever has a path: folder, pipeline, multibranch pipeline, branch, or a job of another kind. */
export const Item = exported(
  'Item',
  'A folder, pipeline, multibranch pipeline, branch or other job. `url` starts with the configured address of Jenkins, which may differ from the one in use.',
  {
    name: Type.String({ description: 'The name in the path; that of a branch is percent-encoded.' }),
    fullName: Type.String({ description: 'The names on the path joined by slashes.' }),
    displayName: Type.String(),
    displayNameOrNull: nullable(Type.String()),
    fullDisplayName: Type.String(),
    description: nullable(Type.String()),
    url: Type.String(),
    actions: Type.Array(open),
    healthReport: Type.Array(open),
    jobs: Type.Array(reference('Item'), { description: 'The items inside.' }),
    primaryView: View,
    views: Type.Array(View),
    sources: Type.Array(Type.Object({ source: Type.Optional(open) }), { description: 'Class names only.' }),
    buildable: Type.Boolean({
      description: 'False for a disabled job and for a copy that was not saved yet.',
    }),
    disabled: Type.Boolean(),
    color: Type.String({ description: 'Such as `blue`, `red_anime`, `disabled` or `notbuilt`.' }),
    inQueue: Type.Boolean(),
    queueItem: nullable(reference('QueueItem')),
    keepDependencies: Type.Boolean(),
    concurrentBuild: Type.Boolean(),
    resumeBlocked: Type.Boolean(),
    nextBuildNumber: Type.Integer(),
    property: Type.Array(ItemProperty),
    builds: Type.Array(Run, { description: 'The newest hundred.' }),
    allBuilds: Type.Array(Run),
    firstBuild: nullable(Run),
    lastBuild: nullable(Run),
    lastCompletedBuild: nullable(Run),
    lastFailedBuild: nullable(Run),
    lastStableBuild: nullable(Run),
    lastSuccessfulBuild: nullable(Run),
    lastUnstableBuild: nullable(Run),
    lastUnsuccessfulBuild: nullable(Run),
    labelExpression: nullable(Type.String()),
    downstreamProjects: Type.Array(reference('Item')),
    upstreamProjects: Type.Array(reference('Item')),
    scm: open,
  },
);

/** The root. */
export const Root = exported('Root', 'The root: its items, views and state.', {
  mode: Type.Enum(['NORMAL', 'EXCLUSIVE']),
  nodeName: Type.String(),
  nodeDescription: Type.String(),
  numExecutors: Type.Integer(),
  description: nullable(Type.String()),
  url: nullable(Type.String({ description: 'The configured address.' })),
  useCrumbs: Type.Boolean(),
  useSecurity: Type.Boolean(),
  quietingDown: Type.Boolean(),
  quietDownReason: nullable(Type.String()),
  slaveAgentPort: Type.Integer(),
  jobs: Type.Array(Item),
  primaryView: View,
  views: Type.Array(View),
  assignedLabels: Type.Array(open),
  overallLoad: open,
  unlabeledLoad: open,
});

/** One finding of the script check. */
export const ScriptFinding = Type.Object(
  {
    line: Type.Integer(),
    column: Type.Integer(),
    message: Type.String(),
    status: Type.Enum(['success', 'fail']),
  },
  {
    $id: 'ScriptFinding',
    description: 'A finding of the compiler; one with `success` says that there are none.',
  },
);
