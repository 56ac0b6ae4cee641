import { recording } from '../recording.ts';
import type { Stage } from './stage.ts';

export const FOLDER = 'com.cloudbees.hudson.plugins.folder.Folder';
export const PIPELINE = 'org.jenkinsci.plugins.workflow.job.WorkflowJob';
const MULTIBRANCH = 'org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject';
const FREESTYLE = 'hudson.model.FreeStyleProject';

/** One item of each kind, as they stood at the root of the recorded server. */
export async function makeProbes(stage: Stage): Promise<void> {
  for (const mode of [FOLDER, FREESTYLE, PIPELINE, MULTIBRANCH]) {
    await stage.create('', `probe-${mode.split('.').at(-1) ?? ''}`, mode);
  }
}

/** The folder `team` with its jobs, configured by the recorded forms. */
export async function makeTeam(stage: Stage, multibranch = true): Promise<void> {
  await stage.create('', 'team', FOLDER);
  await submitRecorded(stage, '02-items-20-folder-configSubmit');
  for (const name of ['p1', 'p-scm', 'p3-r2', 'sleeper', 'inp'])
    await stage.create('/job/team', name, PIPELINE);
  await stage.create('/job/team', 'sub folder', FOLDER);
  await submitRecorded(stage, '02-items-24-pipeline-configSubmit');
  await submitRecorded(stage, '02-items-32-scm-pipeline-configSubmit');
  if (!multibranch) return;
  stage.fake.branches(
    'team/mb',
    ['bug#12', 'feature/x', 'feature/ünïcode+plus', 'main', 'release-1.0'].map((name) => ({ name })),
  );
  await stage.create('/job/team', 'mb', MULTIBRANCH);
  await submitRecorded(stage, '02-items-35-mb-configSubmit');
}

async function submitRecorded(stage: Stage, name: string): Promise<void> {
  const { path, body = '' } = recording(name).request;
  await stage.post(path, Object.fromEntries(new URLSearchParams(body)));
}
