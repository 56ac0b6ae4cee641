import { oops } from '../error-pages.ts';
import { bean, type Bean } from '../tree.ts';
import { element, renderXml } from '../xml.ts';
import { classOf, isFormObject } from '../items/form-xml.ts';

/** Why a node was taken offline, and when, in milliseconds since 1970. */
interface Offline {
  readonly user: string;
  readonly message: string;
  readonly at: number;
}

/** What the API shows of every node. */
export abstract class Node {
  abstract readonly name: string;
  abstract readonly executors: number;
  abstract readonly labels: readonly string[];
  /** Set while somebody took it offline. */
  offline: Offline | undefined;

  /** Whether no build can run on it. */
  get isOffline(): boolean {
    return this.offline !== undefined;
  }

  protected abstract get own(): {
    readonly className: string;
    readonly displayName: string;
    readonly description: string;
    readonly inbound: boolean;
    readonly monitors: ReadonlyMap<string, unknown>;
    readonly fields?: Bean['fields'];
  };

  /** As `api/json` shows it; `label` shows a label. */
  bean(label: (name: string) => Bean): Bean {
    const { className, displayName, description, inbound, monitors, fields = {} } = this.own;
    const { offline } = this;
    const icon = `symbol-computer${this.isOffline ? '-offline' : ''}`;
    return bean(className, {
      actions: () => [bean(undefined)],
      assignedLabels: () => this.labels.map(label),
      description: () => description,
      displayName: () => displayName,
      executors: () =>
        Array.from({ length: this.executors }, (_, index) => idleExecutor(this.executors - 1 - index)),
      icon: () => icon,
      iconClassName: () => icon,
      idle: () => true,
      jnlpAgent: () => inbound,
      launchSupported: () => !inbound,
      loadStatistics: () => bean('hudson.model.Label$1'),
      manualLaunchAllowed: () => true,
      monitorData: () => monitors,
      numExecutors: () => this.executors,
      offline: () => this.isOffline,
      offlineCause: () =>
        offline
          ? bean('hudson.slaves.OfflineCause$UserCause', {
              timestamp: () => offline.at,
              description: () => `Disconnected by ${offline.user} : ${offline.message}`,
            })
          : null,
      offlineCauseReason: () => offline?.message ?? '',
      oneOffExecutors: () => [],
      temporarilyOffline: () => offline !== undefined,
      ...fields,
    });
  }
}

function idleExecutor(number: number): Bean {
  return bean(undefined, {
    currentExecutable: () => null,
    idle: () => true,
    likelyStuck: () => false,
    number: () => number,
    progress: () => -1,
  });
}

const MONITORS = ['SwapSpace', 'TemporarySpace', 'DiskSpace', 'Architecture', 'ResponseTime', 'Clock'].map(
  (name) => `hudson.node_monitors.${name}Monitor`,
);

/** Jenkins' own node. */
export class BuiltInNode extends Node {
  readonly name = '(built-in)';
  readonly executors = 2;
  readonly labels = ['built-in'];

  protected get own(): Node['own'] {
    return {
      className: 'hudson.model.Hudson$MasterComputer',
      displayName: 'Built-In Node',
      description: "the Jenkins controller's built-in node",
      inbound: false,
      monitors: new Map(
        MONITORS.map((name) => [name, name.includes('Architecture') ? 'Linux (amd64)' : bean(name)]),
      ),
    };
  }
}

const LAUNCHERS = new Set(['hudson.slaves.JNLPLauncher', 'hudson.plugins.sshslaves.SSHLauncher']);

/** A permanent agent, as configured. */
export class Agent extends Node {
  readonly name: string;
  readonly executors: number;
  readonly #form: Readonly<Record<string, unknown>>;
  readonly #launcher: string;

  private constructor(form: Readonly<Record<string, unknown>>, name: string, launcher: string) {
    super();
    this.name = name;
    this.#form = form;
    this.#launcher = launcher;
    this.executors = Number(form['numExecutors'] ?? 1);
  }

  /** From a structured form; 500 without a name or with a launcher of no known class. */
  static fromForm(form: Readonly<Record<string, unknown>>): Agent {
    const { name, launcher } = form;
    const type = isFormObject(launcher) ? classOf(launcher) : '';
    if (typeof name !== 'string' || name === '' || !LAUNCHERS.has(type)) throw oops();
    return new Agent(form, name, type);
  }

  get labels(): readonly string[] {
    return [
      ...this.#text('labelString')
        .split(/\s+/)
        .filter((label) => label !== ''),
      this.name,
    ];
  }

  override get isOffline(): boolean {
    return true;
  }

  /** The configuration as it is stored. */
  get xml(): string {
    const inbound = this.#launcher === 'hudson.slaves.JNLPLauncher';
    const workDir = [
      element('disabled', false),
      element('internalDir', 'remoting'),
      element('failIfWorkDirIsMissing', false),
    ];
    const text = renderXml(
      element('slave', [
        element('name', this.name),
        element('description', this.#text('nodeDescription')),
        element('remoteFS', this.#text('remoteFS')),
        element('numExecutors', this.executors),
        element('mode', this.#text('mode') || 'NORMAL'),
        element('retentionStrategy', [], { class: 'hudson.slaves.RetentionStrategy$Always' }),
        element(
          'launcher',
          inbound ? [element('workDirSettings', workDir), element('webSocket', false)] : [],
          {
            class: this.#launcher,
          },
        ),
        element('label', this.#text('labelString')),
        element('nodeProperties'),
      ]),
    );
    // This one document comes with double quotes.
    return text.replace(`version='1.1' encoding='UTF-8'`, 'version="1.1" encoding="UTF-8"');
  }

  protected get own(): Node['own'] {
    return {
      className: 'hudson.slaves.SlaveComputer',
      displayName: this.name,
      description: this.#text('nodeDescription'),
      inbound: this.#launcher === 'hudson.slaves.JNLPLauncher',
      monitors: new Map(MONITORS.map((name) => [name, null])),
      fields: { absoluteRemotePath: () => null },
    };
  }

  #text(name: string): string {
    const value = this.#form[name];
    return typeof value === 'string' ? value : '';
  }
}
