import { readFile } from 'node:fs/promises';
import type { Jenkins } from '@armillary/jenkins-client';
import type { Engine } from '@armillary/pipelines';
import { Option } from 'commander';
import { CommandError } from './command-error.ts';

/** Written here once more, so that help and completion do not wait for the controllers to load. */
const engines: readonly Engine[] = ['tekton', 'jenkins'];

/** Which Jenkins, and who asks it. */
export interface JenkinsServerFlags {
  jenkinsUrl?: string;
  jenkinsUser?: string;
  jenkinsTokenFile?: string;
}

/** Which Jenkins to run pipelines on, and which engine runs those that name none. */
export interface JenkinsFlags extends JenkinsServerFlags {
  defaultEngine: Engine;
}

/** `--jenkins-*`. The token comes from a file only: a command line is for everybody to read. */
export function jenkinsServerOptions(): Option[] {
  return [
    new Option('--jenkins-url <url>', 'Jenkins that runs pipelines').env('ARMILLARY_JENKINS_URL'),
    new Option('--jenkins-user <name>', 'user name for Jenkins').env('ARMILLARY_JENKINS_USER'),
    new Option('--jenkins-token-file <file>', 'file that holds the API token for Jenkins').env(
      'ARMILLARY_JENKINS_TOKEN_FILE',
    ),
  ];
}

/** `--jenkins-*` and `--default-engine`. */
export function jenkinsOptions(): Option[] {
  return [
    ...jenkinsServerOptions(),
    new Option('--default-engine <engine>', 'what runs pipelines that name no engine')
      .choices(engines)
      .default('tekton')
      .env('ARMILLARY_DEFAULT_ENGINE'),
  ];
}

/** Throws a usage error for flags that do not fit together. */
export function checkJenkinsFlags(flags: JenkinsServerFlags & Partial<JenkinsFlags>): void {
  const { jenkinsUrl, jenkinsUser, jenkinsTokenFile, defaultEngine } = flags;
  const given = [jenkinsUrl, jenkinsUser, jenkinsTokenFile].filter((value) => value !== undefined);
  if (given.length !== 0 && given.length !== 3) {
    throw new CommandError('usage', 'Jenkins needs --jenkins-url, --jenkins-user and --jenkins-token-file');
  }
  if (defaultEngine === 'jenkins' && jenkinsUrl === undefined) {
    throw new CommandError('usage', '--default-engine jenkins needs --jenkins-url');
  }
}

/** The same flags for a process that is started with them. */
export function jenkinsArguments(flags: JenkinsFlags): string[] {
  const { jenkinsUrl, jenkinsUser, jenkinsTokenFile, defaultEngine } = flags;
  return [
    `--default-engine=${defaultEngine}`,
    ...(jenkinsUrl === undefined ? [] : [`--jenkins-url=${jenkinsUrl}`]),
    ...(jenkinsUser === undefined ? [] : [`--jenkins-user=${jenkinsUser}`]),
    ...(jenkinsTokenFile === undefined ? [] : [`--jenkins-token-file=${jenkinsTokenFile}`]),
  ];
}

/**
 * The client of the Jenkins that the flags name, if they name one. Nothing is sent yet. The token's file is read anew
 * when Jenkins refuses the token. Throws a usage error for a file that cannot be read, and for an address that is none.
 */
export async function connectJenkins(flags: JenkinsServerFlags): Promise<Jenkins | undefined> {
  checkJenkinsFlags(flags);
  const { jenkinsUrl: url, jenkinsUser: user, jenkinsTokenFile: file } = flags;
  if (url === undefined || user === undefined || file === undefined) return undefined;
  // Loaded here, so that help and completion answer at once.
  const { connect, isJenkinsError } = await import('@armillary/jenkins-client');
  await readToken(file);
  try {
    return connect({
      url,
      auth: async () => ({ user, token: await readToken(file) }),
      timeoutMs: 30_000,
    });
  } catch (error) {
    if (isJenkinsError(error)) throw new CommandError('usage', `--jenkins-url: ${error.message}`);
    throw error;
  }
}

async function readToken(file: string): Promise<string> {
  let token: string;
  try {
    token = (await readFile(file, 'utf8')).trim();
  } catch (error) {
    throw new CommandError('usage', `--jenkins-token-file: ${file} cannot be read`, { cause: error });
  }
  if (token === '') throw new CommandError('usage', `--jenkins-token-file: ${file} is empty`);
  return token;
}
