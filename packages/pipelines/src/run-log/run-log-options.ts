import type { LogOutput } from './log-output.ts';

/** How to read the log of a run. */
export interface RunLogOptions {
  /** Only this stage. */
  readonly stage?: string | undefined;
  /** Waits for the run to start, and goes on until the run, or the stage, has ended. */
  readonly follow: boolean;
  readonly output: LogOutput;
  readonly signal: AbortSignal;
}
