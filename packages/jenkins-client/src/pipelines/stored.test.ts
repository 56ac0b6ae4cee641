import { describe, expect, test } from 'vitest';
import { recording } from '../testing/recording.ts';
import { completeSpec } from './kinds.ts';
import type { PipelineSpec } from './spec.ts';
import { storedSecret } from './stored-secret.ts';
import { patchStored, readStored } from './stored.ts';
import { pipelineForm } from './form.ts';

function stored(name: string): string {
  return recording(name).response.body;
}

describe('a stored configuration as a specification', () => {
  test('of an inline pipeline', () => {
    const { spec, unmanaged, unreadable } = readStored(stored('02-items-25-pipeline-config-xml'));
    expect(spec).toEqual(
      completeSpec({
        kind: 'inline',
        description: 'made without XML',
        script: expect.stringContaining("node { echo 'hello '+params.WHO;") as string,
        parameters: [
          { type: 'string', name: 'WHO', default: 'world', description: 'who', trim: true },
          { type: 'boolean', name: 'FAIL' },
          { type: 'choice', name: 'LEVEL', choices: ['low', 'mid', 'high'] },
          { type: 'password', name: 'PW' },
          { type: 'text', name: 'TXT', default: 'a\nb' },
        ],
        discarder: { daysToKeep: 7, buildsToKeep: 10 },
        concurrentBuilds: false,
      }),
    );
    expect({ unmanaged, unreadable }).toEqual({ unmanaged: [], unreadable: [] });
  });

  test('of a pipeline from a repository', () => {
    expect(readStored(stored('02-items-33-scm-pipeline-config-xml'))).toEqual({
      spec: completeSpec({
        kind: 'scm',
        description: 'from git',
        scm: { type: 'git', url: 'file:///srv/git/demo.git', branches: ['*/main'] },
      }),
      unmanaged: [],
      unreadable: [],
    });
  });

  test('of a multibranch pipeline', () => {
    expect(readStored(stored('02-items-36-mb-config-xml'))).toEqual({
      spec: completeSpec({
        kind: 'multibranch',
        description: 'mb by json',
        sources: [{ type: 'git', id: 'src-1', url: 'file:///srv/git/demo.git', discoverTags: true }],
        orphans: { daysToKeep: 7, branchesToKeep: 5 },
        scanIntervalMs: 3_600_000,
      }),
      unmanaged: [],
      unreadable: [],
    });
  });

  test('of a multibranch pipeline that KubeSphere made', () => {
    const plugin = 'io.jenkins.plugins.gitlabbranchsource';
    const text = `<?xml version='1.1' encoding='UTF-8'?>
<org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject plugin="workflow-multibranch">
  <actions/>
  <properties>
    <org.jenkinsci.plugins.pipeline.modeldefinition.config.FolderConfig plugin="pipeline-model-definition">
      <dockerLabel/>
    </org.jenkinsci.plugins.pipeline.modeldefinition.config.FolderConfig>
  </properties>
  <healthMetrics>
    <com.cloudbees.hudson.plugins.folder.health.WorstChildHealthMetric plugin="cloudbees-folder"/>
  </healthMetrics>
  <description>from kubesphere</description>
  <orphanedItemStrategy class="com.cloudbees.hudson.plugins.folder.computed.DefaultOrphanedItemStrategy">
    <pruneDeadBranches>false</pruneDeadBranches>
  </orphanedItemStrategy>
  <triggers/>
  <sources class="jenkins.branch.MultiBranchProject$BranchSourceList" plugin="branch-api">
    <owner class="org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject" reference="../.."/>
    <data>
      <jenkins.branch.BranchSource>
        <strategy class="jenkins.branch.NamedExceptionsBranchPropertyStrategy">
          <defaultProperties class="empty-list"/>
          <namedExceptions class="empty-list"/>
        </strategy>
        <source class="${plugin}.GitLabSCMSource" plugin="gitlab-branch-source">
          <id>gl</id>
          <serverName>default</serverName>
          <credentialsId>token</credentialsId>
          <projectOwner>g</projectOwner>
          <projectPath>g/p</projectPath>
          <traits>
            <${plugin}.BranchDiscoveryTrait><strategyId>3</strategyId></${plugin}.BranchDiscoveryTrait>
            <${plugin}.ForkMergeRequestDiscoveryTrait>
              <strategyId>2</strategyId>
              <trust class="${plugin}.ForkMergeRequestDiscoveryTrait$TrustPermission"/>
            </${plugin}.ForkMergeRequestDiscoveryTrait>
            <${plugin}.WebhookRegistrationTrait/>
          </traits>
        </source>
      </jenkins.branch.BranchSource>
    </data>
  </sources>
  <factory class="org.jenkinsci.plugins.workflow.multibranch.WorkflowBranchProjectFactory">
    <scriptPath>ci/Jenkinsfile</scriptPath>
  </factory>
</org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject>`;
    expect(readStored(text)).toEqual({
      spec: completeSpec({
        kind: 'multibranch',
        description: 'from kubesphere',
        sources: [
          {
            type: 'gitlab',
            id: 'gl',
            serverName: 'default',
            credentialsId: 'token',
            owner: 'g',
            projectPath: 'g/p',
            discoverForks: { build: 'head', trust: 'permission' },
          },
        ],
        scriptPath: 'ci/Jenkinsfile',
        orphans: null,
      }),
      unmanaged: [
        'properties/org.jenkinsci.plugins.pipeline.modeldefinition.config.FolderConfig',
        'healthMetrics',
        `sources/data/jenkins.branch.BranchSource/source/traits/${plugin}.WebhookRegistrationTrait`,
      ],
      unreadable: [],
    });
  });

  test('names what it cannot describe', () => {
    expect(readStored(stored('12-replace-10-xml-after-unknown')).unmanaged).toEqual([
      'properties/no.such.Plugin',
    ]);
  });

  test('names words and classes that it does not know', () => {
    const text = patchStored(bareMultibranch, hosted, false)
      .text.replace('TrustMembers', 'TrustFriends')
      .replace('<strategyId>3</strategyId>', '<strategyId>9</strategyId>');
    expect(readStored(text).unmanaged).toEqual([
      expect.stringMatching(/^sources.*ForkPullRequestDiscoveryTrait.strategyId$/),
      expect.stringMatching(/^sources.*ForkMergeRequestDiscoveryTrait.trust$/),
    ]);
  });

  test('is refused for the pipeline of a branch, which its multibranch pipeline configures', () => {
    expect(() => readStored(stored('04-mb-19-branch-main-config'))).toThrow(/another kind/);
  });
});

const bare =
  "<?xml version='1.1' encoding='UTF-8'?>\n<flow-definition>\n  <keepDependencies>false</keepDependencies>\n  <properties/>\n  <triggers/>\n  <disabled>false</disabled>\n</flow-definition>";
const bareMultibranch = bare
  .replaceAll('flow-definition', 'org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject')
  .replace('  <keepDependencies>false</keepDependencies>\n', '');

const everything: PipelineSpec = {
  kind: 'inline',
  description: 'a "quoted" <b>text</b> & more',
  displayName: 'Ünïcode 🚀',
  disabled: true,
  script: 'line 1\r\nline 2\ttab ]]> \u0001 \u0085 \u2028 end\n\n',
  sandbox: false,
  parameters: [
    { type: 'string', name: 'S', default: ' x ' },
    { type: 'text', name: 'T', default: 'a\r\nb\n', description: 'd' },
    { type: 'boolean', name: 'B', default: true },
    { type: 'choice', name: 'C', choices: ['', 'two', '🚀'] },
    { type: 'password', name: 'P' },
    { type: 'file', name: 'dir/file.txt' },
    { type: 'run', name: 'R', project: 'team/other', filter: 'stable' },
    { type: 'credentials', name: 'K', default: 'id', required: true },
  ],
  discarder: { artifactDaysToKeep: 3, artifactBuildsToKeep: 0 },
  concurrentBuilds: 'abort-previous',
  triggers: {
    cron: 'H * * * *\n@daily',
    pollScm: { cron: 'H/5 * * * *', ignoreHooks: true },
    upstream: { projects: ['a', 'team/b'], threshold: 'UNSTABLE' },
    remoteToken: 'tok',
    genericWebhook: {
      token: 'hook',
      cause: 'by $who',
      variables: [{ key: 'ref', expression: '$.ref', default: 'main' }],
      requestVariables: [{ key: 'q', regexpFilter: '[^a-z]' }],
      headerVariables: [{ key: 'h' }],
      filterText: '$ref',
      filterExpression: '^main$',
      printVariables: true,
    },
  },
  durability: 'PERFORMANCE_OPTIMIZED',
  resumable: false,
  quietPeriodS: 0,
};

const hosted: PipelineSpec = {
  kind: 'multibranch',
  description: '',
  displayName: null,
  disabled: false,
  scriptPath: 'ci/Jenkinsfile',
  orphans: null,
  scanIntervalMs: 120_000,
  branchJobs: { onCreate: 'team/a,team/b', onDelete: 'team/c' },
  sources: [
    {
      type: 'github',
      id: 'gh',
      owner: 'o',
      repository: 'r',
      credentialsId: 'c',
      apiUri: 'https://ghe.example/api/v3',
      discoverBranches: 'without-pull-requests',
      discoverPullRequests: 'merge',
      discoverForks: { build: 'both', trust: 'contributors' },
      discoverTags: true,
      clone: { shallow: true, depth: 3, timeoutMinutes: 20, honorRefspec: true },
      regexFilter: '^(main|PR-.*)$',
      automaticBuilds: false,
    },
    {
      type: 'gitlab',
      id: 'gl',
      serverName: 'default',
      owner: 'g',
      projectPath: 'g/p',
      discoverBranches: null,
      discoverForks: { build: 'head', trust: 'members' },
      wildcardFilter: { includes: 'main release/*' },
    },
    {
      type: 'bitbucket',
      id: 'bb',
      serverUrl: 'https://bb.example',
      owner: 'P',
      repository: 'r',
      discoverForks: { build: 'merge', trust: 'team-forks' },
    },
    { type: 'git', id: 'g', url: 'https://git.example/r.git', discoverBranches: false },
    { type: 'svn', id: 's', url: 'https://svn.example/r', includes: 'trunk', excludes: 'branches/old' },
    {
      type: 'single-svn',
      id: 's1',
      url: 'https://svn.example/r/trunk',
      credentialsId: 'c',
      branchName: 'trunk',
    },
  ],
};

const scm: PipelineSpec = {
  ...completeSpec({
    kind: 'scm',
    scm: {
      type: 'git',
      url: 'https://git.example/r.git',
      credentialsId: 'c',
      branches: ['*/main', '*/dev'],
      remoteName: 'up',
      refspec: '+refs/heads/main:refs/remotes/up/main',
      clone: { noTags: true, reference: '/cache' },
    },
    scriptPath: 'x',
    lightweight: false,
  }),
};

describe('a specification put into a stored configuration', () => {
  test.each([
    ['inline', everything, bare],
    ['scm', scm, bare],
    ['multibranch', hosted, bareMultibranch],
    ['inline over another', everything, stored('02-items-25-pipeline-config-xml')],
    ['inline over scm', everything, stored('02-items-33-scm-pipeline-config-xml')],
    ['scm over inline', scm, stored('02-items-25-pipeline-config-xml')],
    ['multibranch over another', hosted, stored('02-items-36-mb-config-xml')],
  ])('reads back as it is: %s', (_, spec, text) => {
    const { text: patched } = patchStored(text, spec, false);
    const back = readStored(patched);
    expect(back.spec).toEqual(spec);
    expect(back.unmanaged).toEqual([]);
    expect(patchStored(patched, spec, false).text).toBe(patched);
  });

  test('knows the traits of Bitbucket by the names that newer plugins gave them, and keeps these', () => {
    const { text } = patchStored(bareMultibranch, hosted, false);
    const renamed = text.replaceAll(/(plugins\.bitbucket\.)(?=\w+DiscoveryTrait)/gu, '$1trait.');
    expect(renamed).not.toBe(text);
    expect(readStored(renamed)).toMatchObject({ spec: hosted, unmanaged: [] });
    expect(patchStored(renamed, hosted, false).text).toBe(renamed);
  });

  test('takes for granted what newer plugins store beside while nobody set it', () => {
    const hook = (extra: string): string =>
      patchStored(bare, everything, false).text.replace('<token>hook</token>', `$&${extra}`);
    const unset = hook('<tokenCredentialId/><shouldNotFlatten>false</shouldNotFlatten>');
    expect(readStored(unset)).toMatchObject({ spec: everything, unmanaged: [] });
    expect(patchStored(unset, everything, false).text).toBe(unset);
    const set = hook('<tokenCredentialId>c</tokenCredentialId>');
    expect(readStored(set).unmanaged).toEqual([expect.stringContaining('tokenCredentialId')]);
    const mirror = (text: string): string =>
      patchStored(bareMultibranch, hosted, false).text.replace(
        /<trust class="io\.jenkins/u,
        `<buildMRForksNotMirror>${text}</buildMRForksNotMirror>$&`,
      );
    expect(readStored(mirror('false'))).toMatchObject({ spec: hosted, unmanaged: [] });
    expect(readStored(mirror('true')).unmanaged).toHaveLength(1);
  });

  test('changes nothing where nothing differs', () => {
    for (const name of [
      '02-items-25-pipeline-config-xml',
      '02-items-33-scm-pipeline-config-xml',
      '02-items-36-mb-config-xml',
    ]) {
      const text = stored(name);
      expect(patchStored(text, readStored(text).spec, false).text).toBe(text);
    }
  });

  test('leaves all else as it was, byte for byte', () => {
    const text = stored('02-items-25-pipeline-config-xml').replace(
      '<properties>',
      "<properties>\n    <other.Plugin  a = '1'><!-- mine --><x><![CDATA[<&]]></x>&#x41;</other.Plugin>",
    );
    const { text: patched } = patchStored(text, { kind: 'inline', script: 'echo 2', description: '' }, false);
    expect(patched).toBe(
      text
        .replace(/<script>.*<\/script>/, '<script>echo 2</script>')
        .replace('<description>made without XML</description>', '<description></description>'),
    );
    expect(readStored(patched).unmanaged).toEqual(['properties/other.Plugin']);
  });

  test('keeps parameters of kinds that it does not know, and the order of its own', () => {
    const text = stored('02-items-25-pipeline-config-xml').replace(
      '<parameterDefinitions>',
      '<parameterDefinitions>\n        <x.y.Extended><name>EXT</name></x.y.Extended>',
    );
    const parameters = [
      { type: 'text', name: 'TXT' },
      { type: 'string', name: 'NEW' },
      { type: 'string', name: 'WHO', default: 'me' },
    ] as const;
    const { text: patched } = patchStored(text, { kind: 'inline', script: '', parameters }, false);
    const back = readStored(patched);
    expect(back.spec).toMatchObject({ parameters });
    expect(back.unmanaged).toEqual([
      'properties/hudson.model.ParametersDefinitionProperty/parameterDefinitions/x.y.Extended',
    ]);
  });

  test('takes settings away', () => {
    const text = patchStored(bare, everything, false).text;
    const none = {
      parameters: [],
      triggers: {},
      discarder: null,
      durability: null,
      quietPeriodS: null,
    } as const;
    const { text: patched } = patchStored(
      text,
      { kind: 'inline', script: '', ...none, concurrentBuilds: true, resumable: true },
      false,
    );
    expect(readStored(patched).spec).toMatchObject(none);
    expect(patched).toContain('<properties/>');
    expect(patched).not.toContain('authToken');
  });

  test('replaces a stored secret only when told to', () => {
    const spec: PipelineSpec = {
      kind: 'inline',
      script: '',
      parameters: [{ type: 'password', name: 'PW', default: 'new' }],
    };
    const first = patchStored(bare, spec, false);
    expect(first.secretWritten).toBe(true);
    const encrypted = first.text.replace('>new<', '>{AQAAABAAAAAQ}<');
    expect(readStored(encrypted).unreadable).toEqual(['parameters.PW.default']);
    expect(patchStored(encrypted, spec, false)).toEqual({ text: encrypted, secretWritten: false });
    expect(patchStored(encrypted, spec, true)).toEqual(first);
  });

  test('keeps a token that newer versions of Jenkins encrypt', () => {
    const spec: PipelineSpec = {
      kind: 'inline',
      script: '',
      triggers: { remoteToken: 'tok', cron: '@daily' },
    };
    const encrypted = patchStored(bare, spec, false).text.replace('>tok<', '>{AQAAABAAAAAQm3p0Rt8/zA==}<');
    const read = readStored(encrypted);
    expect(read.spec).toMatchObject({ triggers: { remoteToken: storedSecret } });
    expect(read.unreadable).toEqual(['triggers.remoteToken']);
    expect(patchStored(encrypted, read.spec, true).text).toBe(encrypted);
    expect(patchStored(encrypted, spec, false).text).toBe(encrypted);
    expect(patchStored(encrypted, spec, true)).toEqual({
      ...patchStored(bare, spec, false),
      secretWritten: true,
    });
    const without = patchStored(encrypted, { ...spec, triggers: { cron: '@daily' } }, false);
    expect(without.text).not.toContain('authToken');
    expect(() => patchStored(bare, read.spec, false)).toThrow(/Give the secret itself/);
    expect(() => pipelineForm(read.spec)).toThrow(/Give the secret itself/);
  });

  test('survives whatever the texts hold', () => {
    const alphabet = [
      ...Array.from('aZ09 \t\n\r<>&\'"]\\{}$/#%.é漢🚀\u0001\u0085\u00a0\u2028\ufffd'),
      ']]>',
      '<!--',
      '&amp;',
      '&#65;',
    ];
    let seed = 20_251_122;
    const random = (limit: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return seed % limit;
    };
    const text = (): string =>
      Array.from({ length: random(40) }, () => alphabet[random(alphabet.length)]).join('');
    let stored = bare;
    for (let round = 0; round < 300; round++) {
      const spec: PipelineSpec = {
        kind: 'inline',
        script: text(),
        description: text(),
        displayName: text() || null,
        parameters: Array.from({ length: random(4) }, (_, index) => ({
          type: index === 0 ? 'text' : 'string',
          name: `${index}${text()}`,
          ...(random(2) === 0 && { default: `x${text()}` }),
        })),
        triggers: random(2) === 0 ? {} : { cron: text(), remoteToken: `t${text()}` },
      };
      stored = patchStored(stored, spec, false).text;
      expect(readStored(stored).spec).toMatchObject(spec);
      expect(patchStored(stored, spec, false).text).toBe(stored);
    }
    expect(readStored(stored).unmanaged).toEqual([]);
  });
});
