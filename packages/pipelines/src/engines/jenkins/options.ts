import type { Jenkins } from '@armillary/jenkins-client';
import type { Clock, ControllerManager, EventRecorder } from '@armillary/kube';
import type { Engine } from '../engine.ts';
import type { Outage } from './outage.ts';
import type { KubeconfigForm } from './credentials/credential-of.ts';

/** What the engine Jenkins is configured with. Times in milliseconds. */
export interface JenkinsEngineOptions {
  /** The server. Its user needs the rights to make folders, jobs and credentials, and to build. */
  readonly jenkins: Jenkins;
  /** How long the deletion of an object waits for Jenkins: 600,000 unless told. */
  readonly deletionLimitMs?: number;
  /** How often a job, a folder or a credential is compared with its object: every 300,000 unless told. */
  readonly resyncMs?: number;
  /** How many builds of a job that is seen for the first time become runs: 20 unless told. */
  readonly historyLimit?: number;
  /** How often Jenkins is asked for news while something runs: every 1,000 unless told. */
  readonly activePollMs?: number;
  /** How often it is asked at least: every 10,000 unless told. */
  readonly idlePollMs?: number;
  /** How long a start whose answer was lost may take to reach Jenkins: 15,000 unless told. */
  readonly startSettleMs?: number;
  /** How kubeconfigs are kept: `secret-text` unless told. */
  readonly kubeconfigForm?: KubeconfigForm;
}

/** What every controller of this engine works with. */
export interface JenkinsEngine extends Required<JenkinsEngineOptions> {
  readonly manager: ControllerManager;
  readonly recorder: EventRecorder;
  readonly clock: Clock;
  /** The engine of pipelines that name none. */
  readonly defaultEngine: Engine;
  /** Shared by all that ask Jenkins for the sake of one object. */
  readonly outage: Outage;
}

/** What of it the copies of objects in Jenkins need, also when there is no Jenkins any more. */
export type CopyEngine = Pick<
  JenkinsEngine,
  'manager' | 'recorder' | 'clock' | 'outage' | 'resyncMs' | 'deletionLimitMs'
> & { readonly jenkins?: Jenkins };

/** What a setting is when it is not told. */
export const jenkinsDefaults = {
  deletionLimitMs: 600_000,
  resyncMs: 300_000,
  historyLimit: 20,
  activePollMs: 1000,
  idlePollMs: 10_000,
  startSettleMs: 15_000,
  kubeconfigForm: 'secret-text',
} as const satisfies Omit<Required<JenkinsEngineOptions>, 'jenkins'>;
