import { Type } from 'typebox';
import { exported, millis, nullable, open } from './shape.ts';

/** A credential; its secret is never told. */
export const Credential = exported('Credential', 'A credential without its secret.', {
  id: Type.String(),
  typeName: Type.String({ description: 'For people, such as `Username with password`.' }),
  displayName: Type.String(),
  description: nullable(Type.String()),
  fingerprint: nullable(open),
  fullName: Type.String({ description: 'Store, domain and id joined by slashes.' }),
});

/** A domain of a store with its credentials. */
export const CredentialDomain = exported('CredentialDomain', 'A domain of a store.', {
  urlName: Type.String({ description: '`_` is the global one.' }),
  displayName: Type.String(),
  fullDisplayName: Type.String(),
  fullName: Type.String(),
  description: nullable(Type.String()),
  global: Type.Boolean(),
  credentials: Type.Array(Credential),
});

/** A store. */
export const CredentialStore = exported(
  'CredentialStore',
  'A store of credentials: the system, a folder or a user.',
  {
    domains: Type.Record(Type.String(), CredentialDomain),
  },
);

/** A label as nodes list it, and by itself. */
export const Label = exported('Label', 'A label.', {
  name: Type.String(),
  description: nullable(Type.String()),
  busyExecutors: Type.Integer(),
  idleExecutors: Type.Integer(),
  totalExecutors: Type.Integer(),
  offline: Type.Boolean(),
  nodes: Type.Array(
    exported('LabelNode', 'A node that has the label; the built-in one has an empty name.', {
      nodeName: Type.String(),
    }),
  ),
  actions: Type.Array(open),
  clouds: Type.Array(open),
  loadStatistics: open,
  propertiesList: Type.Array(open),
  tiedJobs: Type.Array(open),
});

/** A node as Jenkins runs it: its computer. */
export const Computer = exported('Computer', 'A node.', {
  displayName: Type.String(),
  description: nullable(Type.String()),
  idle: Type.Boolean(),
  offline: Type.Boolean(),
  temporarilyOffline: Type.Boolean(),
  offlineCause: nullable(
    exported('OfflineCause', 'Why it is offline.', { timestamp: millis, description: Type.String() }),
  ),
  offlineCauseReason: Type.String(),
  jnlpAgent: Type.Boolean({ description: 'Whether the agent connects by itself.' }),
  launchSupported: Type.Boolean(),
  manualLaunchAllowed: Type.Boolean(),
  numExecutors: Type.Integer(),
  executors: Type.Array(open),
  oneOffExecutors: Type.Array(open),
  assignedLabels: Type.Array(Label),
  absoluteRemotePath: nullable(Type.String()),
  monitorData: Type.Record(Type.String(), Type.Union([open, Type.String(), Type.Null()])),
  icon: Type.String(),
  iconClassName: Type.String(),
  loadStatistics: open,
  actions: Type.Array(open),
});

/** All nodes. */
export const ComputerSet = exported('ComputerSet', 'All nodes.', {
  displayName: Type.String(),
  busyExecutors: Type.Integer(),
  totalExecutors: Type.Integer(),
  computer: Type.Array(Computer),
});

/** What `configuration-as-code/check` finds. */
export const CascFindings = Type.Array(
  Type.Object({
    line: Type.Integer({ description: '-1 when it is not known.' }),
    message: Type.Optional(Type.String({ description: 'An error; with status 400.' })),
    warning: Type.Optional(
      Type.String({ description: 'What does not keep it from being applied; with status 200.' }),
    ),
  }),
  { $id: 'CascFindings', description: 'What is wrong with a configuration; empty when nothing is.' },
);
