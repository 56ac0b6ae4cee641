import type { Item } from '../items/item.ts';
import type { ParameterValue } from '../items/parameters.ts';
import type { User } from '../users.ts';
import { Flow, type FlowNode, type Result } from './flow.ts';
import { consoleNote, GrowingLog } from './growing-log.ts';

/** Why something was started. */
export type Cause =
  | { readonly kind: 'user'; readonly user: User }
  | { readonly kind: 'remote'; readonly host: string; readonly note: string | undefined }
  | { readonly kind: 'indexing' }
  | { readonly kind: 'replay'; readonly of: number }
  | { readonly kind: 'restart'; readonly of: number; readonly stage: string };

/** What a build runs that its job does not say. */
export interface Plan {
  /** The job's own unless told. */
  readonly script?: string;
  /** What a replay puts in the place of scripts that the pipeline loads, by their names. */
  readonly loaded?: Readonly<Record<string, string>>;
  /** The stage that a restarted build begins with. */
  readonly fromStage?: string;
}

/** A question that a build waits with. */
export interface PendingInput {
  readonly id: string;
  readonly message: string;
  readonly ok: string;
  readonly submitters: readonly string[];
  readonly parameters: readonly InputParameter[];
  readonly node: FlowNode;
  /** Goes on with values, by a user. */
  readonly proceed: (values: Readonly<Record<string, string | boolean>>, user: User) => void;
  readonly abort: (user: User) => void;
}

/** A parameter of an input. */
export interface InputParameter {
  readonly name: string;
  readonly type?: 'string' | 'text' | 'boolean' | 'choice' | 'password';
  readonly default?: string | boolean;
  readonly choices?: readonly string[];
  readonly description?: string;
}

const KINDS = {
  string: 'String',
  text: 'Text',
  boolean: 'Boolean',
  choice: 'Choice',
  password: 'Password',
} as const;

/** How the class names of a parameter begin: `String` of `StringParameterDefinition`. */
export function kindOf({ type = 'string' }: InputParameter): string {
  return KINDS[type];
}

/** The value of a parameter that is not given. */
export function defaultOf({ type, default: given, choices }: InputParameter): string | boolean {
  return given ?? choices?.[0] ?? (type === 'boolean' ? false : '');
}

/** An archived file. */
export interface StoredArtifact {
  readonly bytes: Uint8Array;
  /** In milliseconds since 1970. */
  readonly modified: number;
}

/** One case of a test report. */
export interface FakeTestCase {
  readonly className?: string;
  readonly name: string;
  readonly status?: 'PASSED' | 'FAILED' | 'SKIPPED';
  /** In seconds. */
  readonly duration?: number;
  readonly errorDetails?: string;
  readonly errorStackTrace?: string;
}

/** A test report: suites by name. */
export type FakeTestReport = Readonly<Record<string, readonly FakeTestCase[]>>;

/** A suite of a build, with the step that reported it. */
export interface StoredSuite {
  readonly cases: readonly FakeTestCase[];
  readonly step: FlowNode | undefined;
}

/** What a build needs to begin. */
export interface BuildStart {
  readonly job: Item;
  readonly queueId: number;
  readonly parameters: readonly ParameterValue[];
  readonly causes: readonly Cause[];
  readonly plan: Plan;
  readonly startTime: number;
  /** Milliseconds spent in the queue. */
  readonly waitedMs: number;
}

/** A build: what was asked, what came of it. */
export class Build {
  readonly job: Item;
  readonly number: number;
  readonly queueId: number;
  readonly parameters: readonly ParameterValue[];
  readonly causes: readonly Cause[];
  readonly plan: Plan;
  readonly startTime: number;
  readonly waitedMs: number;
  endTime: number | undefined;
  result: Result | undefined;
  description: string | null = null;
  ownDisplayName: string | undefined;
  keepLog = false;
  readonly log = new GrowingLog();
  readonly flow = new Flow();
  readonly inputs = new Map<string, PendingInput>();
  /** The scripts that it loaded, by their names. */
  readonly loaded = new Map<string, string>();
  readonly artifacts = new Map<string, StoredArtifact>();
  /** The test suites by name. */
  readonly tests = new Map<string, StoredSuite>();
  /** Aborted when somebody stops the build. */
  readonly stopping = new AbortController();
  /** Aborted by `kill`. */
  readonly killing = new AbortController();

  constructor(start: BuildStart) {
    this.job = start.job;
    this.number = start.job.nextBuildNumber++;
    this.queueId = start.queueId;
    this.parameters = start.parameters;
    this.causes = start.causes;
    // What it runs stays, whatever becomes of the job; what runs it again runs the same.
    const script = start.plan.script ?? start.job.branch?.script ?? start.job.config.script;
    this.plan = { ...start.plan, ...(script !== undefined && { script }) };
    this.startTime = start.startTime;
    this.waitedMs = start.waitedMs;
    start.job.builds.set(this.number, this);
  }

  get running(): boolean {
    return this.endTime === undefined;
  }

  get displayName(): string {
    return this.ownDisplayName ?? `#${this.number}`;
  }

  get fullDisplayName(): string {
    return `${this.job.fullDisplayName} ${this.displayName}`;
  }

  get urlPath(): string {
    return `${this.job.urlPath}${this.number}/`;
  }

  get script(): string | undefined {
    return this.plan.script;
  }

  /** Milliseconds; 0 while it runs, as Jenkins says. */
  get duration(): number {
    return this.endTime === undefined ? 0 : this.endTime - this.startTime;
  }

  /** Ends it at once, whatever its behaviour still does. */
  kill(): void {
    this.stopping.abort();
    this.killing.abort();
  }

  /** Writes the lines that every build begins with. */
  writeCauses(): void {
    for (const cause of this.causes) this.log.append(`${causeLine(cause)}\n`);
    this.log.append(`${consoleNote('start')}[Pipeline] Start of Pipeline\n`);
  }
}

function causeLine(cause: Cause): string {
  if (cause.kind === 'user') return `Started by user ${consoleNote(cause.user.name)}${cause.user.fullName}`;
  return shortDescription(cause);
}

/** The words of a cause, as the API shows them. */
export function shortDescription(cause: Cause): string {
  if (cause.kind === 'user') return `Started by user ${cause.user.fullName}`;
  if (cause.kind === 'indexing') return 'Branch indexing';
  if (cause.kind === 'replay') return `Replayed #${cause.of}`;
  if (cause.kind === 'restart') return `Restarted from build #${cause.of}, stage ${cause.stage}`;
  return `Started by remote host ${cause.host}${cause.note === undefined ? '' : ` with note: ${cause.note}`}`;
}
