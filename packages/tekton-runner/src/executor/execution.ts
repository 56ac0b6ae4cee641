import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  allows,
  maxResultBytes,
  noReplacements,
  parseDuration,
  setVariable,
  type Step,
  stepContainerName,
  stepName,
  stepResults,
  substitute,
  taskFields,
  terminationMessage,
  terminationReason,
} from '@armillary/tekton';
import type { LogHub } from '../logs/log-hub.ts';
import { LogWriter } from '../logs/log-writer.ts';
import { baseEnvironment, expandEnvironment, expandVariables } from './environment.ts';
import type { ContainerRecord, ExecutionState, StopReason, TaskPlan } from './plan.ts';
import type { PodFolder } from './pod-folder.ts';
import { findProgram, ProgramError } from './program.ts';
import { SpawnError, type Spawner } from './spawner.ts';
import { runStep } from './step-process.ts';
import { fillWorkspaces } from './volumes.ts';

/** Settings of an execution. */
export interface ExecutionOptions {
  hub: LogHub;
  spawner: Spawner;
  /** Between SIGTERM and SIGKILL, milliseconds. */
  graceMs: number;
  environment: NodeJS.ProcessEnv;
  /** Ends what the steps started and left behind. */
  killStragglers: () => Promise<void>;
  /** Called whenever the state changed. */
  changed: (state: ExecutionState) => void;
}

/** Files that a step wrote as results, or the sentence about why they cannot be taken. */
type Collected = { message: string | undefined } | { tooLarge: string };

/** Why a pod ended, when not by itself. */
type End = Pick<ExecutionState, 'reason' | 'message'>;

/** Runs the steps of one pod, one after another, as Tekton's entrypoint does in its containers. */
export class Execution {
  readonly #plan: TaskPlan;
  readonly #folder: PodFolder;
  readonly #options: ExecutionOptions;
  readonly #stop = new AbortController();
  readonly #records: ContainerRecord[];
  readonly #logs: LogWriter[];
  readonly #stepResults = noReplacements();
  #state: ExecutionState;

  constructor(plan: TaskPlan, folder: PodFolder, options: ExecutionOptions) {
    this.#plan = plan;
    this.#folder = folder;
    this.#options = options;
    this.#records = plan.containers.map((name) => ({ name, state: 'waiting' }));
    this.#logs = plan.containers.map((name) => new LogWriter(folder.log(name), options.hub));
    this.#state = { phase: 'queued', containers: this.#records };
  }

  /** The present state. */
  get state(): ExecutionState {
    return this.#state;
  }

  /** Aborted when the pod is ended from outside. */
  get stopped(): AbortSignal {
    return this.#stop.signal;
  }

  /** Ends the pod from outside; the first reason counts. */
  stop(reason: StopReason): void {
    if (!this.#stop.signal.aborted) this.#stop.abort(reason);
  }

  /** Runs to the end. Never rejects: what goes wrong is the state of the pod. */
  async run(): Promise<ExecutionState> {
    const end = await this.#runSteps().catch((error: unknown): End => {
      const message = error instanceof Error ? error.message : String(error);
      this.#endAll('Error', terminationReason.error, () => message);
      return { reason: 'Error', message };
    });
    await this.#options.killStragglers();
    await Promise.all(this.#logs.map((log) => log.close()));
    const lost = this.#logs.find(({ failure }) => failure !== undefined)?.failure;
    const message = lost === undefined ? end.message : `the log is incomplete: ${lost.message}`;
    this.#change({ ...end, phase: 'ended', ...(message !== undefined && { message }) });
    return this.#state;
  }

  async #runSteps(): Promise<End> {
    if (this.#stop.signal.aborted) return this.#stopped();
    const { containers } = this.#plan;
    await this.#folder.prepare(containers);
    fillWorkspaces(this.#folder, this.#plan);
    await Promise.all([
      ...this.#logs.map((log) => log.open()),
      this.#options.spawner.makePipes(containers.map((name) => this.#folder.pipe(name))),
    ]);
    const steps = this.#plan.steps(this.#folder.paths);
    const startedAt = Date.now();
    // All containers of a Tekton pod start together; those whose turn has not come wait inside.
    for (const record of this.#records) Object.assign(record, { state: 'running', startedAt });
    this.#change({ phase: 'running' });
    let failed = false;
    for (const [index, step] of steps.entries()) {
      if (this.#stop.signal.aborted) break;
      if (failed) this.#skip(index);
      else failed = await this.#runStep(step, index);
    }
    return this.#stop.signal.aborted ? this.#stopped() : {};
  }

  /** @returns whether the task has failed with it */
  async #runStep(written: Step, index: number): Promise<boolean> {
    const step = this.#withStepResults(written);
    if (!allows(step.when)) {
      this.#end(index, 0, 'Completed', terminationReason.skipped);
      return false;
    }
    const container = stepContainerName(step.name, index);
    const timeoutMs = step.timeout === undefined ? 0 : parseDuration(step.timeout);
    const timeout = timeoutMs > 0 ? AbortSignal.timeout(timeoutMs) : undefined;
    const signal = timeout === undefined ? this.#stop.signal : AbortSignal.any([this.#stop.signal, timeout]);
    const exitCode = await this.#execute(step, index, signal);
    if (this.#stop.signal.aborted) return true;
    const collected = this.#collect(step, container);
    if ('tooLarge' in collected) this.#logs[index]?.line(collected.tooLarge);
    const message = 'tooLarge' in collected ? undefined : collected.message;
    const timedOut = timeout?.aborted === true;
    const code = timedOut || 'tooLarge' in collected ? 1 : exitCode;
    writeFileSync(this.#folder.paths.exitCode(container), String(code));
    const continues = code !== 0 && !timedOut && step.onError === 'continue';
    const reason = timedOut
      ? terminationReason.timeout
      : continues
        ? terminationReason.continued
        : code === 0
          ? terminationReason.completed
          : terminationReason.error;
    this.#end(index, code, code === 0 || continues ? 'Completed' : 'Error', reason, message);
    return code !== 0 && !continues;
  }

  async #execute(step: Step, index: number, signal: AbortSignal): Promise<number> {
    const container = stepContainerName(step.name, index);
    const log = this.#logs[index];
    if (log === undefined) throw new Error(`there is no container ${container}`);
    const base = baseEnvironment(this.#options.environment, {
      home: this.#folder.home,
      temporary: this.#folder.temporary,
    });
    const environment = expandEnvironment(base, this.#declared(step));
    const folder = this.#folder.workingDirectory(step.workingDir);
    try {
      // Kubernetes makes a working directory that is not there.
      if (this.#folder.owns(folder)) mkdirSync(folder, { recursive: true, mode: 0o700 });
      if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
        throw new ProgramError(`chdir ${folder}: no such directory on this machine`);
      }
      const [program = '', ...args] = this.#commandLine(step, container, environment);
      const { spawner, graceMs } = this.#options;
      return await runStep(
        {
          file: findProgram(program, environment.get('PATH') ?? '', folder),
          args,
          folder,
          environment: Object.fromEntries(environment),
          pipe: this.#folder.pipe(container),
        },
        { spawner, log, stop: signal, graceMs },
      );
    } catch (error) {
      if (!(error instanceof ProgramError || error instanceof SpawnError)) throw error;
      log.line(`${logStamp()} Error executing command: ${error.message}`);
      return 1;
    }
  }

  #commandLine(step: Step, container: string, environment: ReadonlyMap<string, string>): string[] {
    const args = (step.args ?? []).map((text) => expandVariables(text, environment));
    if (step.script === undefined || step.script === '') {
      const command = (step.command ?? []).map((text) => expandVariables(text, environment));
      if (command.length === 0) {
        throw new ProgramError(
          `the step has neither command nor script, and there is no image here to take one from`,
        );
      }
      return [...command, ...args];
    }
    const file = this.#folder.script(container);
    const text = step.script.startsWith('#!') ? step.script : `#!/bin/sh\nset -e\n${step.script}`;
    // Written in one go while nothing is being forked: a script that is open for writing cannot be run.
    writeFileSync(file, text, { mode: 0o700 });
    return [file, ...args];
  }

  #declared(step: Step): (readonly [string, string])[] {
    const fromSources = (step.envFrom ?? []).flatMap((source) => this.#plan.valuesOfSource(source));
    const own = (step.env ?? []).flatMap((variable) => {
      const value =
        variable.valueFrom === undefined ? (variable.value ?? '') : this.#plan.valueOfVariable(variable);
      return value === undefined ? [] : [[variable.name, value] as const];
    });
    return [...fromSources, ...own];
  }

  /** Results of earlier steps, which exist only now: `$(steps.<name>.results.<result>)`. */
  #withStepResults(step: Step): Step {
    const [replaced = step] = substitute({ steps: [step] }, taskFields, this.#stepResults).steps;
    return replaced;
  }

  #collect(step: Step, container: string): Collected {
    const task = readFiles(
      join(this.#folder.root, 'results'),
      this.#plan.results.map(({ name }) => name),
    );
    const ownNames = (step.results ?? []).map(({ name }) => name);
    const own = readFiles(join(this.#folder.root, 'steps', container, 'results'), ownNames);
    if (task === 'tooLarge' || own === 'tooLarge') return tooLarge();
    const message = terminationMessage({ task, step: own });
    if (message !== undefined && Buffer.byteLength(message) > maxResultBytes) return tooLarge();
    const index = this.#plan.containers.indexOf(container);
    for (const { name, value } of stepResults(step, own)) {
      setVariable(this.#stepResults, `steps.${stepName(step.name, index)}.results`, name, value);
    }
    return { message };
  }

  #skip(index: number): void {
    this.#logs[index]?.line(`${logStamp()} Skipping step because a previous step failed`);
    this.#end(index, 1, 'Error', terminationReason.skipped);
  }

  #stopped(): End {
    const reason = this.#stop.signal.reason as StopReason;
    const { pod } = this.#plan;
    this.#endAll(
      reason,
      reason,
      (name) => `Step ${name.replace(/^step-/, '')} terminated as pod ${pod} is terminated`,
    );
    return { reason };
  }

  #endAll(reason: string, why: string, message: (container: string) => string): void {
    for (const [index, { name, state }] of this.#records.entries()) {
      if (state !== 'terminated') this.#end(index, 1, reason, why, message(name));
    }
  }

  #end(index: number, exitCode: number, reason: string, why: string, message?: string): void {
    const record = this.#records[index];
    if (record === undefined) return;
    const now = Date.now();
    Object.assign(record, {
      state: 'terminated',
      startedAt: record.startedAt ?? now,
      finishedAt: now,
      exitCode,
      reason,
      terminationReason: why,
      ...(message !== undefined && { message }),
    });
    // Whoever follows this container's log reaches its end now. `run` waits for it.
    void this.#logs[index]?.close();
    this.#change({});
  }

  #change(change: Partial<ExecutionState>): void {
    this.#state = { ...this.#state, ...change, containers: this.#records.map((record) => ({ ...record })) };
    this.#options.changed(this.#state);
  }
}

function tooLarge(): Collected {
  return {
    tooLarge: `Termination message is above max allowed size ${maxResultBytes}, caused by large task result.`,
  };
}

/** The content of the files that exist; a file that alone exceeds the limit is not even read. */
function readFiles(folder: string, names: readonly string[]): Map<string, string> | 'tooLarge' {
  const files = new Map<string, string>();
  for (const name of new Set(readdirSync(folder))) {
    if (!names.includes(name)) continue;
    const path = join(folder, name);
    const info = statSync(path);
    if (!info.isFile()) continue;
    if (info.size > maxResultBytes) return 'tooLarge';
    files.set(name, readFileSync(path, 'utf8'));
  }
  return files;
}

/** The time as Tekton's entrypoint prints it before its own lines. */
function logStamp(): string {
  return new Date().toISOString().slice(0, 19).replaceAll('-', '/').replace('T', ' ');
}
