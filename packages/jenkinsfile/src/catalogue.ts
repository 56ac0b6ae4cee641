/** What an argument must be when it is a literal. */
export type ArgumentType = 'string' | 'int' | 'boolean' | 'any' | readonly string[];

/** The parameters of a step or directive, in the order in which Jenkins lists them. */
export interface Signature {
  readonly parameters: Readonly<Record<string, ArgumentType>>;
  readonly required: readonly string[];
}

const TIME_UNITS = ['NANOSECONDS', 'MICROSECONDS', 'MILLISECONDS', 'SECONDS', 'MINUTES', 'HOURS', 'DAYS'];
const SHELL = {
  script: 'string',
  encoding: 'string',
  label: 'string',
  returnStatus: 'boolean',
  returnStdout: 'boolean',
} as const;

function signature(parameters: Record<string, ArgumentType>, ...required: string[]): Signature {
  return { parameters, required };
}

/** The steps whose arguments are checked. Others are accepted as they are: any plugin may bring steps. */
export const STEPS: ReadonlyMap<string, Signature> = new Map(
  Object.entries({
    archiveArtifacts: signature(
      {
        artifacts: 'string',
        allowEmptyArchive: 'boolean',
        caseSensitive: 'boolean',
        defaultExcludes: 'boolean',
        excludes: 'string',
        fingerprint: 'boolean',
        followSymlinks: 'boolean',
        onlyIfSuccessful: 'boolean',
      },
      'artifacts',
    ),
    bat: signature(SHELL, 'script'),
    build: signature(
      {
        job: 'string',
        parameters: 'any',
        propagate: 'boolean',
        quietPeriod: 'int',
        wait: 'boolean',
        waitForStart: 'boolean',
      },
      'job',
    ),
    catchError: signature({
      buildResult: 'string',
      catchInterruptions: 'boolean',
      message: 'string',
      stageResult: 'string',
    }),
    deleteDir: signature({}),
    dir: signature({ path: 'string' }, 'path'),
    echo: signature({ message: 'string' }, 'message'),
    error: signature({ message: 'string' }, 'message'),
    fileExists: signature({ file: 'string' }, 'file'),
    node: signature({ label: 'string' }, 'label'),
    powershell: signature(SHELL, 'script'),
    pwsh: signature(SHELL, 'script'),
    pwd: signature({ tmp: 'boolean' }),
    readFile: signature({ file: 'string', encoding: 'string' }, 'file'),
    retry: signature({ count: 'int', conditions: 'any' }, 'count'),
    sh: signature(SHELL, 'script'),
    sleep: signature({ time: 'int', unit: TIME_UNITS }, 'time'),
    stash: signature(
      {
        name: 'string',
        allowEmpty: 'boolean',
        excludes: 'string',
        includes: 'string',
        useDefaultExcludes: 'boolean',
      },
      'name',
    ),
    timeout: signature({ time: 'int', activity: 'boolean', unit: TIME_UNITS }, 'time'),
    unstable: signature({ message: 'string' }, 'message'),
    unstash: signature({ name: 'string' }, 'name'),
    warnError: signature(
      { message: 'string', buildResult: 'string', catchInterruptions: 'boolean', stageResult: 'string' },
      'message',
    ),
    withCredentials: signature({ bindings: 'any' }, 'bindings'),
    withEnv: signature({ overrides: 'any' }, 'overrides'),
    writeFile: signature({ file: 'string', text: 'string', encoding: 'string' }, 'file', 'text'),
    ws: signature({ dir: 'string' }, 'dir'),
  }),
);

const NAMED = { name: 'string', description: 'string' } as const;

/** The types of build parameters. Nothing of them is required by Jenkins. */
export const PARAMETERS: ReadonlyMap<string, Signature | undefined> = new Map<string, Signature | undefined>([
  ['string', signature({ ...NAMED, defaultValue: 'string', trim: 'boolean' })],
  ['text', signature({ ...NAMED, defaultValue: 'string', trim: 'boolean' })],
  ['booleanParam', signature({ ...NAMED, defaultValue: 'boolean' })],
  ['choice', signature({ ...NAMED, choices: 'any' })],
  ['password', signature({ ...NAMED, defaultValue: 'any', defaultValueAsSecret: 'any' })],
  ['file', signature(NAMED)],
  ['run', signature({ ...NAMED, projectName: 'string', filter: 'string' })],
  ...['credentials', 'extendedChoice', 'gitParameter', 'activeChoice', 'reactiveChoice', 'separator'].map(
    (name) => [name, undefined] as const,
  ),
]);

const STAGE_OPTIONS = [
  'ansiColor',
  'catchError',
  'checkoutToSubdirectory',
  'container',
  'lock',
  'retry',
  'script',
  'skipDefaultCheckout',
  'throttle',
  'timeout',
  'timestamps',
  'waitUntil',
  'warnError',
  'withChecks',
  'withContext',
  'withCredentials',
  'withEnv',
  'wrap',
  'ws',
];
const PIPELINE_OPTIONS = [
  'authorizationMatrix',
  'buildDiscarder',
  'copyArtifactPermission',
  'disableConcurrentBuilds',
  'disableRestartFromStage',
  'disableResume',
  'durabilityHint',
  'githubProjectProperty',
  'gitLabConnection',
  'newContainerPerStage',
  'office365ConnectorWebhooks',
  'overrideIndexTriggers',
  'parallelsAlwaysFailFast',
  'preserveStashes',
  'quietPeriod',
  'rateLimitBuilds',
  'skipStagesAfterUnstable',
  'throttleJobProperty',
];
const OPTION_SIGNATURES: Readonly<Record<string, Signature | undefined>> = {
  timeout: STEPS.get('timeout'),
  retry: STEPS.get('retry'),
  buildDiscarder: signature({ strategy: 'any' }, 'strategy'),
};

function options(names: readonly string[]): ReadonlyMap<string, Signature | undefined> {
  return new Map(names.map((name) => [name, OPTION_SIGNATURES[name]] as const));
}

/** The options of a pipeline: those of Jenkins and of widespread plugins. */
export const PIPELINE_LEVEL_OPTIONS = options([...PIPELINE_OPTIONS, ...STAGE_OPTIONS]);

/** The options of a stage. */
export const STAGE_LEVEL_OPTIONS = options(STAGE_OPTIONS);

/** The triggers of Jenkins and of widespread plugins. */
export const TRIGGERS: ReadonlyMap<string, Signature | undefined> = new Map(
  [
    'cron',
    'pollSCM',
    'upstream',
    'githubPush',
    'gitlab',
    'bitbucketPush',
    'GenericTrigger',
    'issueCommentTrigger',
    'parameterizedCron',
    'URLTrigger',
    'eventTrigger',
  ].map((name) => [name, undefined] as const),
);

/** The kinds of tools of Jenkins and of widespread plugins. */
export const TOOLS: ReadonlyMap<string, Signature | undefined> = new Map(
  [
    'ant',
    'dockerTool',
    'git',
    'go',
    'gradle',
    'groovy',
    'jdk',
    'jgit',
    'jgitapache',
    'maven',
    'nodejs',
    'sbt',
    'sonarRunner',
    'terraform',
    'hudson.plugins.git.GitTool',
    'hudson.model.JDK',
    'hudson.tasks.Maven$MavenInstallation',
    'hudson.plugins.sonar.SonarRunnerInstallation',
  ].map((name) => [name, undefined] as const),
);

/** The kinds of agents of Jenkins and of its Docker and Kubernetes plugins. */
export const AGENTS: readonly string[] = [
  'any',
  'none',
  'label',
  'node',
  'docker',
  'dockerfile',
  'dockerContainer',
  'kubernetes',
];
