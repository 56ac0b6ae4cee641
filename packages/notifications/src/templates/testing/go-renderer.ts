import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Alert } from '../../alerts/alert.ts';

/** One rendering that is asked of Go. */
export interface GoCase {
  readonly template: string;
  readonly html: boolean;
  readonly receiverName: string;
  readonly groupLabels: Readonly<Record<string, string>>;
  readonly alerts: readonly Alert[];
}

/** Templates and what to render with them. */
export interface GoJob {
  readonly templates: readonly string[];
  readonly language: string;
  /** Translations by words in lower case. */
  readonly words: Readonly<Record<string, string>>;
  readonly cases: readonly GoCase[];
}

/** What Go made of one case. */
export interface GoResult {
  readonly text?: string;
  readonly error?: string;
}

const program = fileURLToPath(new URL('../../../fixtures/templates/render.go', import.meta.url));

/** Renders with Go itself. Needs `go` on the PATH. */
export function renderWithGo(job: GoJob): GoResult[] {
  const run = spawnSync('go', ['run', program], {
    input: JSON.stringify(job),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (run.status !== 0) throw new Error(`go run ${program} failed: ${run.stderr || String(run.error)}`);
  return JSON.parse(run.stdout) as GoResult[];
}
