import type { PipelineRunSpec } from '../api/pipeline-run.ts';
import { defaultTimeoutMs } from '../defaults.ts';
import { parseDuration } from '../duration.ts';

/** The three limits of a run in milliseconds; absent means no limit. */
export interface RunTimeouts {
  pipeline?: number;
  tasks?: number;
  finally?: number;
}

/** Works out the limits: 0 is none; what is missing of tasks and finally is the rest of the pipeline's. */
export function runTimeouts(spec: PipelineRunSpec): RunTimeouts {
  const given = spec.timeouts ?? {};
  const pipeline = given.pipeline === undefined ? defaultTimeoutMs : parseDuration(given.pipeline);
  const tasks = given.tasks === undefined ? undefined : parseDuration(given.tasks);
  const last = given.finally === undefined ? undefined : parseDuration(given.finally);
  return {
    ...limit('pipeline', pipeline),
    ...limit('tasks', tasks ?? rest(pipeline, last)),
    ...limit('finally', last ?? rest(pipeline, tasks)),
  };
}

function rest(whole: number, part: number | undefined): number | undefined {
  return part === undefined || part === 0 || whole === 0 ? undefined : whole - part;
}

function limit(name: keyof RunTimeouts, ms: number | undefined): RunTimeouts {
  return ms === undefined || ms === 0 ? {} : { [name]: ms };
}
