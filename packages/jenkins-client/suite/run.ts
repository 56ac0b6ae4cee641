import type { Capabilities, Jenkins } from '@armillary/jenkins-client';
import {
  NotTested,
  type PipelineWork,
  type SuiteArea,
  type SuiteCase,
  type SuiteContext,
  type SuiteSettings,
} from './case.ts';

/** How one case ended. */
export interface CaseResult {
  readonly area: string;
  readonly name: string;
  readonly covers: readonly string[];
  readonly outcome: 'passed' | 'failed' | 'not tested';
  /** Why it failed, or was not tested. */
  readonly reason?: string;
  readonly ms: number;
}

/** All of one run. */
export interface SuiteResult {
  readonly capabilities: Capabilities;
  readonly results: readonly CaseResult[];
  /** What could not be removed; empty when nothing is left behind. */
  readonly leftBehind: readonly string[];
}

/** What a run of the suite takes. */
export interface SuiteOptions {
  readonly jenkins: Jenkins;
  readonly settings: SuiteSettings;
  /** Tells the fake server what a script does; a real server knows. */
  readonly teach?: (script: string, work: PipelineWork['onFake']) => void;
  /** Called after each case. */
  readonly report?: (result: CaseResult) => void;
}

const CASE_LIMIT_MS = 180_000;

/**
 * Runs the cases one after the other below one new folder, and removes the folder at the end. A case that fails does
 * not keep the others from running.
 */
export async function runSuite(areas: readonly SuiteArea[], options: SuiteOptions): Promise<SuiteResult> {
  const { jenkins, settings, report } = options;
  const capabilities = await jenkins.capabilities();
  const unique = `armillary-${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}`;
  const folder = await jenkins.folders.create(unique, {
    description: 'Made by the suite of the Jenkins client; may be deleted.',
  });
  const cleanings: (() => Promise<unknown>)[] = [() => folder.delete()];
  const results: CaseResult[] = [];
  const failed: string[] = [];
  const shared = {
    jenkins,
    settings,
    capabilities,
    unique,
    folder,
    cleanUp: (what: () => Promise<unknown>) => void cleanings.push(what),
    pipeline: async (name: string, { script, parameters = [], onFake }: PipelineWork) => {
      options.teach?.(script, onFake);
      const item = folder.item(name);
      await jenkins.pipelines.apply(item.path, { kind: 'inline', script, parameters }, { mode: 'create' });
      return item;
    },
  };
  try {
    for (const { title, cases } of areas) {
      for (const one of cases) {
        const context = { ...shared, signal: AbortSignal.timeout(CASE_LIMIT_MS) };
        const result = { area: title, name: one.name, covers: one.covers, ...(await runCase(one, context)) };
        results.push(result);
        report?.(result);
      }
    }
  } finally {
    for (const clean of cleanings.reverse())
      await clean().catch((error: unknown) => failed.push(String(error)));
  }
  return { capabilities, results, leftBehind: failed };
}

async function runCase(one: SuiteCase, context: SuiteContext) {
  const began = performance.now();
  const ms = () => Math.round(performance.now() - began);
  const cannot = one.cannot?.(context);
  if (cannot !== undefined) return { outcome: 'not tested', reason: cannot, ms: 0 } as const;
  try {
    await one.run(context);
    return { outcome: 'passed', ms: ms() } as const;
  } catch (error) {
    const outcome = error instanceof NotTested ? 'not tested' : 'failed';
    return { outcome, reason: error instanceof Error ? error.message : String(error), ms: ms() } as const;
  }
}
