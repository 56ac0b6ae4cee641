/** Jobs for this package's own tests, made over HTTP like people make them. It is not published. */
import { itemRoute } from '../address/item-path.ts';
import { connect } from '../connect.ts';
import type { Clock, Connection } from '../connection.ts';
import type { Jenkins } from '../jenkins.ts';
import type { FakeJenkins } from './fake-jenkins.ts';

/** What a made job has. */
export interface MadeJob {
  /** Parameters as Jenkins' form takes them, each with its `stapler-class`. */
  readonly parameters?: readonly Readonly<Record<string, unknown>>[];
  readonly script?: string;
  /** Whether several of its builds may run at once. */
  readonly concurrent?: boolean;
  readonly disabled?: boolean;
}

/** The administrator's client of a fake server, for which waits take no time. */
export function hastyClient({ url, users }: FakeJenkins): Jenkins {
  return connect({ url, auth: { user: 'admin', token: users.admin.token }, clock: hastyClock() });
}

/** Makes a Pipeline, with the folders on the way to it. */
export async function makeJob(
  connection: Connection,
  path: readonly string[],
  job: MadeJob = {},
): Promise<void> {
  const folders = path.slice(0, -1);
  for (const index of folders.keys()) {
    await createItem(connection, folders.slice(0, index + 1), 'com.cloudbees.hudson.plugins.folder.Folder');
  }
  await createItem(connection, path, 'org.jenkinsci.plugins.workflow.job.WorkflowJob');
  const properties = {
    'stapler-class-bag': 'true',
    ...(job.parameters && {
      'hudson-model-ParametersDefinitionProperty': { specified: true, parameterDefinitions: job.parameters },
    }),
    ...(job.concurrent === false && {
      'org-jenkinsci-plugins-workflow-job-properties-DisableConcurrentBuildsJobProperty': { specified: true },
    }),
  };
  const definition = {
    'stapler-class': 'org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition',
    script: job.script ?? "echo 'hello'",
    sandbox: true,
  };
  const response = await connection.request({
    method: 'POST',
    path: itemRoute(path, 'configSubmit'),
    form: { json: JSON.stringify({ enable: job.disabled !== true, properties, definition }) },
    accept: [302],
  });
  await response.discard();
}

/** Makes an item by its class; one that is there already is left alone. */
async function createItem(connection: Connection, path: readonly string[], mode: string): Promise<void> {
  const found = await connection.request({ path: itemRoute(path, 'api/json'), accept: [404] });
  await found.discard();
  if (found.status !== 404) return;
  const response = await connection.request({
    method: 'POST',
    path: itemRoute(path.slice(0, -1), 'createItem'),
    form: { name: path.at(-1) ?? '', mode },
    accept: [302],
  });
  await response.discard();
}

/** A clock whose waits are over at once, and which shows the time that they would have taken. */
export function hastyClock(): Clock {
  let ahead = 0;
  return {
    now: () => Date.now() + ahead,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      ahead += ms;
      // Lets the server, which lives in the same process, go on.
      await new Promise((resolve) => setTimeout(resolve, 1));
    },
  };
}

/** A door that stays shut until it is opened; what comes through waits for that. */
export function door(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}
