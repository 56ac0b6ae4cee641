import { branchItemName } from '../../address/branch-name.ts';
import { GrowingLog } from '../builds/growing-log.ts';
import { element } from '../xml.ts';
import { Configuration } from './configuration.ts';
import { Item } from './item.ts';

/** A branch, pull request or tag that a scan finds. */
export interface FakeBranch {
  /** As the source control system has it: `feature/x`, `PR-7`, `v1.0`. */
  readonly name: string;
  readonly kind?: 'branch' | 'pull-request' | 'tag';
  /** The revision; a scan builds the branch when it changed. */
  readonly head?: string;
  /** The Jenkinsfile, for behaviours that match by script and for replays. */
  readonly script?: string;
}

/** A branch that a job was made for. */
export interface Branch {
  readonly name: string;
  readonly kind: 'branch' | 'pull-request' | 'tag';
  head: string;
  script: string | undefined;
  /** Gone from the source, and kept. */
  orphaned: boolean;
}

/** A scan of a multibranch pipeline. */
export interface Indexing {
  readonly log: GrowingLog;
  finished: boolean;
}

/** Begins a scan: its log has its first lines. */
export function beginScan(startedBy: string, now: Date): Indexing {
  const log = new GrowingLog();
  log.append(`${startedBy}\n[${javaDate(now)}] Starting branch indexing...\n`);
  return { log, finished: false };
}

/** Makes the jobs of a multibranch pipeline agree with the branches of its source. Tells which are to be built. */
export function finishScan(
  project: Item,
  indexing: Indexing,
  found: readonly FakeBranch[],
  now: Date,
): readonly Item[] {
  const { log } = indexing;
  const changed: Item[] = [];
  log.append('Checking branches...\n');
  for (const { name, kind = 'branch', head = `head of ${name}`, script } of found) {
    log.append(
      `  Checking ${kind} ${name}\n      ‘${project.config.scriptPath ?? 'Jenkinsfile'}’ found\n    Met criteria\n`,
    );
    const job =
      project.children.get(branchItemName(name)) ??
      createBranchJob(project, { name, kind, head: '', script, orphaned: false });
    if (!job.branch || (job.branch.head === head && !job.branch.orphaned)) {
      log.append(`No changes detected: ${name} (still at ${head})\n`);
      continue;
    }
    job.branch.head = head;
    job.branch.script = script;
    setOrphaned(job, job.branch, false);
    log.append(`Scheduled build for ${kind}: ${name}\n`);
    changed.push(job);
  }
  log.append(`Processed ${found.length} branches\n`);
  removeOrphans(project, found, log);
  log.append(`[${javaDate(now)}] Finished branch indexing. Indexing took 0.2 sec\nFinished: SUCCESS\n`);
  indexing.finished = true;
  return changed;
}

function removeOrphans(project: Item, found: readonly FakeBranch[], log: GrowingLog): void {
  const alive = new Set(found.map(({ name }) => name));
  for (const job of project.children.values()) {
    if (!job.branch || alive.has(job.branch.name)) continue;
    setOrphaned(job, job.branch, true);
    // A job that is still building outlives its branch until a later scan.
    if (!project.config.prunesDeadBranches || job.newest.some((build) => build.running)) continue;
    log.append(`Will remove ${job.name}\n`);
    project.children.delete(job.name);
  }
}

/** A scan disables the job of a dead branch, and enables it when the branch is back (ComputedFolder, read in the source). */
function setOrphaned(job: Item, branch: Branch, orphaned: boolean): void {
  branch.orphaned = orphaned;
  job.config.set('disabled', orphaned, ['triggers']);
}

function createBranchJob(project: Item, branch: Branch): Item {
  const config = Configuration.of(
    element(
      'flow-definition',
      [
        element('keepDependencies', false),
        element('properties', [
          element('org.jenkinsci.plugins.workflow.multibranch.BranchJobProperty', [
            element('branch', [
              element('head', [element('name', branch.name)], { class: headClass(branch.kind) }),
            ]),
          ]),
        ]),
        element('definition', [element('scriptPath', project.config.scriptPath ?? 'Jenkinsfile')], {
          class: 'org.jenkinsci.plugins.workflow.multibranch.SCMBinder',
        }),
        element('triggers'),
        element('disabled', false),
      ],
      { plugin: 'workflow-job@1546.v62a_c59c112dd' },
    ),
  );
  const job = new Item('pipeline', branchItemName(branch.name), project, config);
  job.branch = branch;
  project.children.set(job.name, job);
  return job;
}

function headClass(kind: Branch['kind']): string {
  if (kind === 'tag') return 'jenkins.plugins.git.GitTagSCMHead';
  if (kind === 'pull-request') return 'org.jenkinsci.plugins.github_branch_source.PullRequestSCMHead';
  return 'jenkins.plugins.git.GitBranchSCMHead';
}

/** A date as Java writes it: `Sun Nov 22 06:26:16 UTC 2026`. */
function javaDate(date: Date): string {
  const [weekday = '', day = '', month = '', year = '', time = ''] = date.toUTCString().split(/,? /);
  return `${weekday} ${month} ${day} ${time} UTC ${year}`;
}
