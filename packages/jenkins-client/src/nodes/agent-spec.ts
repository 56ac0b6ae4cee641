import { InvalidError } from '../errors.ts';

/** A permanent agent, as a whole. */
export interface AgentSpec {
  readonly name: string;
  readonly description?: string | undefined;
  /** How many builds it runs at once; 1 unless given. */
  readonly executors?: number | undefined;
  /** The folder on the agent's machine, such as `/var/lib/jenkins`. */
  readonly remoteFs: string;
  readonly labels?: readonly string[] | undefined;
  /** `normal` (the default) takes any build; `exclusive` only those that ask for one of its labels. */
  readonly mode?: 'normal' | 'exclusive' | undefined;
  /** Inbound unless given: the agent connects to Jenkins. */
  readonly launcher?: AgentLauncher | undefined;
  /** When it is kept online; always unless given. */
  readonly retention?: AgentRetention | undefined;
}

/** How an agent comes to be connected. */
export type AgentLauncher =
  | { readonly kind: 'inbound'; readonly webSocket?: boolean | undefined }
  | {
      /** Jenkins connects by SSH (plugin ssh-slaves). */
      readonly kind: 'ssh';
      readonly host: string;
      /** 22 unless given. */
      readonly port?: number | undefined;
      readonly credentialsId: string;
      readonly hostKey: HostKeyCheck;
      readonly javaPath?: string | undefined;
      readonly jvmOptions?: string | undefined;
    }
  | CustomPart;

/** How the host's key is checked; `key` is one line, such as `ssh-ed25519 AAAA…`. */
export type HostKeyCheck =
  { readonly kind: 'known-hosts' | 'trust-first' | 'none' } | { readonly kind: 'key'; readonly key: string };

/** When an agent is online; delays in minutes. */
export type AgentRetention =
  | { readonly kind: 'always' }
  | { readonly kind: 'demand'; readonly inDemandMinutes: number; readonly idleMinutes: number }
  | CustomPart;

/** A part of another plugin: its Java class and the fields of its form. */
export interface CustomPart {
  readonly kind: 'custom';
  readonly class: string;
  readonly fields?: Readonly<Record<string, unknown>> | undefined;
}

type Part = Readonly<Record<string, unknown>> & { readonly 'stapler-class': string };

/**
 * The form of an agent, for `doCreateItem` and `configSubmit`. Inbound agents that are always kept are proved by
 * recordings. SSH is read in the source of ssh-slaves (SSHLauncher), retention on demand in that of Jenkins
 * (RetentionStrategy.Demand), not tried.
 */
export function encodeAgent(spec: AgentSpec): Readonly<Record<string, unknown>> {
  const { labels = [], executors = 1 } = spec;
  const odd = labels.find((label) => label === '' || /[\s"]/u.test(label));
  if (odd !== undefined) throw new InvalidError(`"${odd}" is no label: leave blanks and quotes out.`);
  const launcher = encodeLauncher(spec.launcher ?? { kind: 'inbound' });
  const retentionStrategy = encodeRetention(spec.retention ?? { kind: 'always' });
  return {
    name: spec.name,
    nodeDescription: spec.description ?? '',
    numExecutors: String(executors),
    remoteFS: spec.remoteFs,
    labelString: labels.join(' '),
    mode: (spec.mode ?? 'normal').toUpperCase(),
    type: 'hudson.slaves.DumbSlave',
    '': [launcher['stapler-class'], retentionStrategy['stapler-class']],
    launcher,
    retentionStrategy,
    nodeProperties: { 'stapler-class-bag': 'true' },
  };
}

function encodeLauncher(launcher: AgentLauncher): Part {
  switch (launcher.kind) {
    case 'inbound':
      return part(
        'hudson.slaves.JNLPLauncher',
        launcher.webSocket === undefined ? {} : { webSocket: launcher.webSocket },
      );
    case 'ssh': {
      const { host, port = 22, credentialsId, hostKey, javaPath = '', jvmOptions = '' } = launcher;
      const sshHostKeyVerificationStrategy = encodeHostKey(hostKey);
      return part('hudson.plugins.sshslaves.SSHLauncher', {
        host,
        port: String(port),
        credentialsId,
        javaPath,
        jvmOptions,
        sshHostKeyVerificationStrategy,
      });
    }
    default:
      return part(launcher.class, launcher.fields);
  }
}

function encodeHostKey(check: HostKeyCheck): Part {
  const verifiers = 'hudson.plugins.sshslaves.verifiers';
  switch (check.kind) {
    case 'known-hosts':
      return part(`${verifiers}.KnownHostsFileKeyVerificationStrategy`);
    case 'trust-first':
      return part(`${verifiers}.ManuallyTrustedKeyVerificationStrategy`, {
        requireInitialManualTrust: false,
      });
    case 'none':
      return part(`${verifiers}.NonVerifyingKeyVerificationStrategy`);
    default:
      return part(`${verifiers}.ManuallyProvidedKeyVerificationStrategy`, { key: check.key });
  }
}

function encodeRetention(retention: AgentRetention): Part {
  switch (retention.kind) {
    case 'always':
      return part('hudson.slaves.RetentionStrategy$Always');
    case 'demand':
      return part('hudson.slaves.RetentionStrategy$Demand', {
        inDemandDelay: String(retention.inDemandMinutes),
        idleDelay: String(retention.idleMinutes),
      });
    default:
      return part(retention.class, retention.fields);
  }
}

/** A part names its class twice, as the page of Jenkins does. */
function part(type: string, fields: Readonly<Record<string, unknown>> = {}): Part {
  return { ...fields, 'stapler-class': type, $class: type };
}
