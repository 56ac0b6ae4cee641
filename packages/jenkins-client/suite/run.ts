import {
  ForbiddenError,
  isJenkinsError,
  type Capabilities,
  type ItemRef,
  type Jenkins,
} from '@armillary/jenkins-client';
import {
  NotTested,
  type CleanUp,
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
  /** What could not be removed, and why; empty when nothing is left behind. */
  readonly leftBehind: readonly string[];
}

/** What a run of the suite takes. */
export interface SuiteOptions {
  readonly jenkins: Jenkins;
  readonly settings: SuiteSettings;
  /** Ends the run early: the case that runs is aborted, no other is begun, and everything is removed. */
  readonly signal?: AbortSignal | undefined;
  /** Tells the fake server what a script does; a real server knows. */
  readonly teach?: (script: string, work: PipelineWork['onFake']) => void;
  /** Called with the folder of the run, before the first case. */
  readonly begun?: (folder: ItemRef) => void;
  /** Called after each case. */
  readonly report?: (result: CaseResult) => void;
}

/** Something to remove. */
interface Cleaning {
  readonly what: string;
  readonly remove: CleanUp;
}

/** How long one case may take. A build waits for an executor in it. */
const CASE_LIMIT_MS = 300_000;
/** How long one thing may take to be removed. Jenkins waits for running builds in it. */
const CLEANING_LIMIT_MS = 90_000;

/**
 * Runs the cases one after the other below one new folder, and removes the folder at the end. A case that fails does
 * not keep the others from running.
 */
export async function runSuite(areas: readonly SuiteArea[], options: SuiteOptions): Promise<SuiteResult> {
  const { jenkins, settings, report, signal: ended = new AbortController().signal } = options;
  const capabilities = await jenkins.capabilities({ signal: ended });
  const unique = `armillary-${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}`;
  const cleanings: Cleaning[] = [
    { what: `the folder ${unique}`, remove: (call) => removeFolder(jenkins.item(unique), call) },
  ];
  const results: CaseResult[] = [];
  let leftBehind: readonly string[] = [];
  try {
    const folder = await jenkins.folders.create(unique, {
      description: 'Made by the suite of the Jenkins client; may be deleted.',
      signal: ended,
    });
    options.begun?.(folder);
    const shared = {
      jenkins,
      settings,
      capabilities,
      unique,
      folder,
      outside: async <T>(what: string, make: () => Promise<T>, remove: CleanUp): Promise<T> => {
        const cleaning = { what, remove };
        cleanings.push(cleaning);
        try {
          return await make();
        } catch (error) {
          const refused = isJenkinsError(error, 'Forbidden') || isJenkinsError(error, 'NotFoundOrHidden');
          if (refused) cleanings.splice(cleanings.indexOf(cleaning), 1);
          throw error;
        }
      },
    };
    for (const { title, cases } of areas) {
      for (const one of cases) {
        if (ended.aborted) break;
        const signal = AbortSignal.any([ended, AbortSignal.timeout(CASE_LIMIT_MS)]);
        const pipeline: SuiteContext['pipeline'] = async (name, { script, parameters = [], onFake }) => {
          options.teach?.(script, onFake);
          const spec = { kind: 'inline', script, parameters } as const;
          const item = folder.item(name);
          await jenkins.pipelines.apply(item.path, spec, { mode: 'create', signal });
          return item;
        };
        const ending = await runCase(one, { ...shared, pipeline, signal }, ended);
        const result = { area: title, name: one.name, covers: one.covers, ...ending };
        results.push(result);
        report?.(result);
      }
    }
  } finally {
    leftBehind = await clean(cleanings);
  }
  return { capabilities, results, leftBehind };
}

/** Removes what was made, the last first; tells what could not be removed. */
async function clean(cleanings: readonly Cleaning[]): Promise<readonly string[]> {
  const failed: string[] = [];
  for (const { what, remove } of cleanings.toReversed()) {
    try {
      await remove({ timeoutMs: CLEANING_LIMIT_MS });
    } catch (error) {
      if (!isJenkinsError(error, 'NotFoundOrHidden')) failed.push(`${what}: ${messageOf(error)}`);
    }
  }
  return failed;
}

/** Jenkins refuses to remove a folder while builds in it do not end, which it asks them to; so it is asked again. */
async function removeFolder(folder: ItemRef, { timeoutMs }: { readonly timeoutMs: number }): Promise<void> {
  const until = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await folder.delete({ timeoutMs });
    } catch (error) {
      const codes = ['Conflict', 'Invalid', 'ServerFault'] as const;
      if (Date.now() > until || !codes.some((code) => isJenkinsError(error, code))) throw error;
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
  }
}

async function runCase(one: SuiteCase, context: SuiteContext, ended: AbortSignal) {
  const began = performance.now();
  const ms = () => Math.round(performance.now() - began);
  const cannot = one.cannot?.(context);
  if (cannot !== undefined) return { outcome: 'not tested', reason: cannot, ms: 0 } as const;
  try {
    await one.run(context);
    return { outcome: 'passed', ms: ms() } as const;
  } catch (error) {
    if (ended.aborted) return { outcome: 'not tested', reason: 'the run was interrupted', ms: ms() } as const;
    const outcome = isBeyondServer(error, context) ? 'not tested' : 'failed';
    const late = context.signal.aborted ? `it took more than ${CASE_LIMIT_MS / 1000} s: ` : '';
    return { outcome, reason: late + messageOf(error), ms: ms() } as const;
  }
}

/**
 * Whether a case ended because of the server or the user, not the client: it found that out itself; the user lacks a
 * permission that Jenkins names; or, where the user may not list the plugins, a plugin turned out to be missing.
 */
function isBeyondServer(error: unknown, { capabilities }: SuiteContext): boolean {
  if (error instanceof NotTested) return true;
  if (error instanceof ForbiddenError) return error.permission !== undefined;
  return capabilities.plugins === undefined && isJenkinsError(error, 'Unsupported');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
