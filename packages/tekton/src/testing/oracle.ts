import { readdirSync, readFileSync } from 'node:fs';
import type {
  Pipeline,
  PipelineRun,
  PipelineRunStatus,
  Task,
  TaskRun,
  TaskRunSpec,
  TaskRunStatus,
} from '../index.ts';

/** A TaskRun as a real Tekton left it. */
export interface RecordedTaskRun {
  name: string;
  pipelineTaskName?: string;
  metadata: { labels?: Record<string, string>; annotations?: Record<string, string> };
  spec: TaskRunSpec;
  status?: TaskRunStatus;
  podNames?: string[];
}

/** A change made while a case ran. */
interface RecordedAction {
  when: string;
  kind: string;
  name: string;
  patch?: { spec?: { status?: string | null } };
  error?: { message: string };
}

/** One case: what was applied to a real Tekton Pipelines (commit 3ee1745, Kubernetes 1.20.2), and what became of it. */
export interface OracleCase {
  id: string;
  recordedWhileRunning?: true;
  manifests: (Task | Pipeline | TaskRun | PipelineRun)[];
  /** Per manifest the message of its refusal, or null. */
  refused: (string | null)[];
  actions?: RecordedAction[];
  taskRuns: RecordedTaskRun[];
  pipelineRun?: { name: string; metadata: { labels?: Record<string, string> }; status: PipelineRunStatus };
}

const folder = new URL('../../fixtures/', import.meta.url);

/** All recorded cases. */
export function oracleCases(): OracleCase[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as OracleCase);
}

/** The manifests of a kind that the server accepted. */
export function accepted<T>(oracle: OracleCase, kind: string): T[] {
  return oracle.manifests.filter(
    (object, index) => object.kind === kind && oracle.refused[index] == null,
  ) as T[];
}
