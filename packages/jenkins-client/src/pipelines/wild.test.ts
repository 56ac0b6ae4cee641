import { describe, expect, test } from 'vitest';
import { planChange } from './plan.ts';
import type { MultibranchPipelineSpec, ParameterSpec } from './spec.ts';
import { patchStored, readStored } from './stored.ts';
import { wantedPipeline } from './wanted.ts';

/** Files as ten years of Jenkins and its plugins wrote them, and people by hand. */
const DEFINITION =
  '<definition class="org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition" plugin="workflow-cps@2.9"><script>echo 1</script></definition>';

function job(inside: string, definition = DEFINITION): string {
  return `<?xml version='1.0' encoding='UTF-8'?>\n<flow-definition plugin="workflow-job@2.3">\n${inside}\n${definition}\n</flow-definition>`;
}

function withParameters(inside: string): string {
  return job(
    `<properties><hudson.model.ParametersDefinitionProperty><parameterDefinitions>${inside}</parameterDefinitions></hudson.model.ParametersDefinitionProperty></properties>`,
  );
}

function merge(text: string, settings: object): string {
  const { spec } = readStored(text);
  return patchStored(text, { ...spec, ...settings }, false).text;
}

const MULTIBRANCH = 'org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject';

function multibranch(inside: string): string {
  return `<?xml version='1.0' encoding='UTF-8'?>\n<${MULTIBRANCH} plugin="workflow-multibranch@2.9">\n${inside}\n</${MULTIBRANCH}>`;
}

function withSource(source: string, beside = ''): string {
  return multibranch(
    `<sources class="jenkins.branch.MultiBranchProject$BranchSourceList" plugin="branch-api@1.11"><data><jenkins.branch.BranchSource>${source}${beside}</jenkins.branch.BranchSource></data><owner class="${MULTIBRANCH}" reference="../.."/></sources>`,
  );
}

/** What is true of every file: to write what was read changes nothing. */
function expectStable(text: string): void {
  expect(patchStored(text, readStored(text).spec, false).text).toBe(text);
}

describe('settings in the places of old versions', () => {
  test('triggers at the top are what counts, and stay there', () => {
    const text = job(
      '<triggers class="vector"><hudson.triggers.TimerTrigger><spec>@daily</spec></hudson.triggers.TimerTrigger><x.Y/></triggers>',
    );
    expectStable(text);
    const { spec, unmanaged } = readStored(text);
    expect(spec).toMatchObject({ triggers: { cron: '@daily' } });
    expect(unmanaged).toEqual(['triggers/x.Y']);
    const changed = merge(text, { triggers: { pollScm: { cron: '@hourly' } } });
    expect(readStored(changed)).toMatchObject({
      spec: { triggers: { pollScm: { cron: '@hourly' } } },
      unmanaged: ['triggers/x.Y'],
    });
    expect(changed).not.toContain('TimerTrigger');
    expect(changed).not.toContain('PipelineTriggersJobProperty');
  });

  test.each([
    ['true', true],
    ['false', false],
  ])('<concurrentBuild>%s is read, and goes when it changes', (stored, value) => {
    const text = job(`<properties/><concurrentBuild>${stored}</concurrentBuild>`);
    expectStable(text);
    expect(readStored(text)).toMatchObject({ spec: { concurrentBuilds: value }, unmanaged: [] });
    const changed = merge(text, { concurrentBuilds: !value });
    expect(changed).not.toContain('concurrentBuild>');
    expect(readStored(changed).spec).toMatchObject({ concurrentBuilds: !value });
  });

  test('<logRotator> counts until there is a property', () => {
    const text = job(
      '<logRotator class="hudson.tasks.LogRotator"><daysToKeep>3</daysToKeep><numToKeep>-1</numToKeep></logRotator><properties/>',
    );
    expectStable(text);
    expect(readStored(text)).toMatchObject({ spec: { discarder: { daysToKeep: 3 } }, unmanaged: [] });
    const changed = merge(text, { discarder: { buildsToKeep: 5 } });
    expect(changed).not.toContain('logRotator');
    expect(readStored(changed).spec).toMatchObject({ discarder: { buildsToKeep: 5 } });
    expect(merge(text, { discarder: null })).not.toContain('daysToKeep');
  });

  test('no limit is left out: to Java it would be 0, which discards everything', () => {
    const partial = job(
      '<properties><jenkins.model.BuildDiscarderProperty><strategy class="hudson.tasks.LogRotator"><numToKeep>5</numToKeep></strategy></jenkins.model.BuildDiscarderProperty></properties>',
    );
    expectStable(partial);
    expect(readStored(partial).spec).toMatchObject({ discarder: { daysToKeep: 0, buildsToKeep: 5 } });
    expect(merge(partial, { discarder: { buildsToKeep: 5 } })).toContain('<daysToKeep>-1</daysToKeep>');
    const text = merge(job('<properties/>'), { discarder: { buildsToKeep: 5 } });
    expect(text).toMatch(/<daysToKeep>-1<\/daysToKeep>\s*<numToKeep>5</);
    const orphans = merge(multibranch('<sources/>'), { orphans: { daysToKeep: 1 } });
    expect(orphans).toContain('<numToKeep>-1</numToKeep>');
  });

  test('a choice of branches or pull requests is always written as a number', () => {
    const sources = [
      { type: 'github', id: 'g', owner: 'o', repository: 'r', discoverPullRequests: 'merge' },
    ] as const;
    const text = merge(multibranch(''), { sources });
    expect(text).toMatch(/BranchDiscoveryTrait>\s*<strategyId>3</);
    expect(text).toMatch(/OriginPullRequestDiscoveryTrait>\s*<strategyId>1</);
  });

  test('a new git source that discovers nothing says so', () => {
    const sources = [{ type: 'git', id: 'g', url: 'u', discoverBranches: false }] as const;
    const text = merge(multibranch(''), { sources });
    expect(text).toContain('<traits/>');
    expect(readStored(text).spec).toMatchObject({ sources });
  });
});

describe('parameters in the wild', () => {
  const choice = (choices: string): string =>
    withParameters(
      `<hudson.model.ChoiceParameterDefinition><name>C</name><description/>${choices}</hudson.model.ChoiceParameterDefinition>`,
    );

  test.each([
    '<choices class="java.util.Arrays$ArrayList"><a class="string-array"><string>a</string><string>b &amp; c</string></a></choices>',
    '<choices><string>a</string><string>b &amp; c</string></choices>',
    "<choices class='string-array'><string>a</string><string><![CDATA[b & c]]></string></choices>",
    '<choices><string-array><string>a</string><string>b &#38; c</string></string-array></choices>',
    '<choices class="linked-list"><string>a</string><!-- or --><string>b &#x26; c</string></choices>',
    '<choices class="java.util.Collections$UnmodifiableList" resolves-to="x"><c class="list"><string>a</string><string>b &amp; c</string></c><list reference="../c"/></choices>',
    '<choices class="java.util.ImmutableCollections$ListN" resolves-to="java.util.CollSer" serialization="custom"><java.util.CollSer><default><tag>1</tag></default><int>2</int><string>a</string><string>b &amp; c</string></java.util.CollSer></choices>',
  ])('choices are read in any form: %s', (choices) => {
    const text = choice(choices);
    expectStable(text);
    expect(readStored(text)).toMatchObject({
      spec: { parameters: [{ type: 'choice', name: 'C', choices: ['a', 'b & c'] }] },
      unmanaged: [],
    });
    const parameters: ParameterSpec[] = [{ type: 'choice', name: 'C', choices: ['b & c'] }];
    expect(readStored(merge(text, { parameters })).spec).toMatchObject({ parameters });
  });

  test.each([
    '',
    '<choices/>',
    '<choices><string>a</string><string/></choices>',
    '<choices reference="../x"/>',
  ])('choices that no specification can say are somebody else’s: %s', (choices) => {
    const text = choice(choices);
    expectStable(text);
    expect(readStored(text)).toMatchObject({ spec: { parameters: [] }, unmanaged: [expect.any(String)] });
    expect(merge(text, { parameters: [{ type: 'string', name: 'S' }] })).toContain(choices);
  });

  const extended =
    '<com.cwctravel.hudson.plugins.extended__choice__parameter.ExtendedChoiceParameterDefinition plugin="x"><name>ENV</name><value>a,b</value></com.cwctravel.hudson.plugins.extended__choice__parameter.ExtendedChoiceParameterDefinition>';

  test('a kind that is not known stays, and its name is not taken a second time', () => {
    const text = withParameters(
      `${extended}<hudson.model.BooleanParameterDefinition><name>B</name><defaultValue>TRUE</defaultValue></hudson.model.BooleanParameterDefinition>`,
    );
    expectStable(text);
    const { spec, unmanaged } = readStored(text);
    expect(spec).toMatchObject({ parameters: [{ type: 'boolean', name: 'B', default: true }] });
    expect(unmanaged).toEqual([expect.stringContaining('ExtendedChoice')]);
    expect(merge(text, { parameters: [] })).toContain(extended);
    const parameters: ParameterSpec[] = [{ type: 'choice', name: 'ENV', choices: ['a'] }];
    expect(() => merge(text, { parameters })).toThrow(/ENV is the name of something.*mode "replace"/);
    const wanted = wantedPipeline({ kind: 'inline', script: '', parameters }).complete();
    expect(planChange(wanted, text, { mode: 'replace' })).toMatchObject({ by: 'form', needed: true });
  });

  test('a parameter may change its type', () => {
    const text = withParameters(
      '<hudson.model.StringParameterDefinition><name>A</name></hudson.model.StringParameterDefinition><hudson.model.StringParameterDefinition><name>B</name></hudson.model.StringParameterDefinition>',
    );
    const parameters: ParameterSpec[] = [
      { type: 'boolean', name: 'A' },
      { type: 'string', name: 'B' },
    ];
    const changed = merge(text, { parameters });
    expect(readStored(changed)).toMatchObject({ spec: { parameters }, unmanaged: [] });
  });

  test('a name given twice is told as somebody else’s', () => {
    const text = withParameters(
      '<hudson.model.StringParameterDefinition><name>A</name></hudson.model.StringParameterDefinition><hudson.model.FileParameterDefinition><name>A</name></hudson.model.FileParameterDefinition>',
    );
    expectStable(text);
    expect(readStored(text)).toMatchObject({
      spec: { parameters: [{ type: 'string', name: 'A' }] },
      unmanaged: [expect.stringContaining('FileParameterDefinition')],
    });
    expect(() => wantedPipeline(readStored(text).spec)).not.toThrow();
  });
});

describe('classes that are not known', () => {
  test('a repository of another kind stays until another is wanted', () => {
    const svn = '<scm class="hudson.scm.SubversionSCM" plugin="subversion@2.5"><locations/></scm>';
    const text = job(
      '',
      `<definition class="org.jenkinsci.plugins.workflow.cps.CpsScmFlowDefinition">${svn}<scriptPath>J</scriptPath></definition>`,
    );
    expectStable(text);
    expect(readStored(text)).toMatchObject({
      spec: { kind: 'scm', scm: { type: 'git', url: '' }, scriptPath: 'J', lightweight: false },
      unmanaged: ['definition/scm'],
    });
    expect(merge(text, { description: 'x' })).toContain(svn);
    expect(merge(text, { scm: { type: 'git', url: 'u' } })).not.toContain('Subversion');
  });

  test('the root may have the name of the class', () => {
    const text = job('').replaceAll('flow-definition', 'org.jenkinsci.plugins.workflow.job.WorkflowJob');
    expectStable(text);
    expect(readStored(text).spec).toMatchObject({ kind: 'inline', script: 'echo 1' });
  });

  test('a new definition is spelled out', () => {
    const text = patchStored(job(''), { kind: 'scm', scm: { type: 'git', url: 'u' } }, false).text;
    expect(text).toContain('<scriptPath>Jenkinsfile</scriptPath>');
    const inline = patchStored(text, { kind: 'inline', script: '', sandbox: false }, false).text;
    expect(inline).toMatch(/<script\/>\s*<sandbox>false</);
  });

  test.each([
    ['a project', '<project/>'],
    ['a matrix', '<matrix-project plugin="matrix-project@1"/>'],
    ['an organization', '<jenkins.branch.OrganizationFolder plugin="branch-api"/>'],
    ['a folder', '<com.cloudbees.hudson.plugins.folder.Folder/>'],
    ['another definition', job('', '<definition class="x.CpsFlowDefinition2"/>')],
  ])('%s is an item of another kind', (_, text) => {
    expect(() => readStored(text)).toThrow(expect.objectContaining({ code: 'Conflict' }) as Error);
    expect(() => patchStored(text, { kind: 'inline', script: '' }, false)).toThrow(/another kind/);
  });

  test('what decides on builds, branches and orphans in another way stays', () => {
    const discarder =
      '<jenkins.model.BuildDiscarderProperty><strategy class="x.EnhancedDiscarder"><keep>1</keep></strategy></jenkins.model.BuildDiscarderProperty>';
    const text = job(`<properties>${discarder}</properties>`);
    expectStable(text);
    expect(readStored(text)).toMatchObject({
      spec: { discarder: null },
      unmanaged: ['properties/jenkins.model.BuildDiscarderProperty'],
    });
    const folder = multibranch(
      '<orphanedItemStrategy class="x.Other"><a/></orphanedItemStrategy><factory class="x.Factory"><jenkinsFile/></factory><triggers><com.cloudbees.hudson.plugins.folder.computed.PeriodicFolderTrigger><spec>* * * * *</spec><interval>90000</interval></com.cloudbees.hudson.plugins.folder.computed.PeriodicFolderTrigger></triggers>',
    );
    expectStable(folder);
    const { spec, unmanaged } = readStored(folder);
    expect(spec).toMatchObject({ orphans: null, scriptPath: 'Jenkinsfile', scanIntervalMs: null });
    expect(unmanaged).toEqual([
      'orphanedItemStrategy',
      'factory',
      'triggers/com.cloudbees.hudson.plugins.folder.computed.PeriodicFolderTrigger',
    ]);
    expect(readStored(merge(folder, { scriptPath: 'x', scanIntervalMs: 60_000 }))).toMatchObject({
      spec: { scriptPath: 'x', scanIntervalMs: 60_000 },
      unmanaged: ['orphanedItemStrategy'],
    });
  });

  test('an upstream that may have failed is not taken for a success', () => {
    const text = job(
      '<properties><org.jenkinsci.plugins.workflow.job.properties.PipelineTriggersJobProperty><triggers><jenkins.triggers.ReverseBuildTrigger><spec/><upstreamProjects>a</upstreamProjects><threshold><name>ABORTED</name><ordinal>4</ordinal><color>ABORTED</color><completeBuild>false</completeBuild></threshold></jenkins.triggers.ReverseBuildTrigger></triggers></org.jenkinsci.plugins.workflow.job.properties.PipelineTriggersJobProperty></properties>',
    );
    expectStable(text);
    expect(readStored(text).unmanaged).toEqual([expect.stringMatching(/threshold.name$/)]);
  });
});

describe('sources in the wild', () => {
  const oldGit = (beside: string): string =>
    withSource(
      `<source class="jenkins.plugins.git.GitSCMSource" plugin="git@2.4"><id>g</id><remote>u</remote><credentialsId/>${beside}</source>`,
    );

  test('a git source from before the traits is read, and changed where it means the same', () => {
    const text = oldGit(
      '<includes>*</includes><excludes>x*</excludes><ignoreOnPushNotifications>true</ignoreOnPushNotifications>',
    );
    expectStable(text);
    const { spec, unmanaged } = readStored(text);
    const source = { type: 'git', id: 'g', url: 'u', wildcardFilter: { excludes: 'x*' } } as const;
    expect(spec).toMatchObject({ sources: [source] });
    expect(unmanaged).toEqual([expect.stringContaining('ignoreOnPushNotifications')]);
    const moved = merge(text, { sources: [{ ...source, url: 'v' }] });
    expect(moved).toBe(text.replace('<remote>u<', '<remote>v<'));
    expect(() => merge(text, { sources: [{ ...source, discoverTags: true }] })).toThrow(
      /old versions of the git plugin/,
    );
    const bare = oldGit('');
    const wanted = wantedPipeline({ kind: 'multibranch', sources: [{ ...source, discoverTags: true }] });
    expect(planChange(wanted.complete(), bare, { mode: 'replace' })).toMatchObject({
      by: 'form',
      needed: true,
    });
  });

  test('a hosted source from before the traits is somebody else’s', () => {
    const text = withSource(
      '<source class="org.jenkinsci.plugins.github_branch_source.GitHubSCMSource" plugin="github-branch-source@2.0"><id>gh</id><repoOwner>o</repoOwner><repository>r</repository><buildOriginBranch>true</buildOriginBranch></source>',
    );
    expectStable(text);
    expect(readStored(text)).toMatchObject({ spec: { sources: [] }, unmanaged: [expect.any(String)] });
    const sources = [{ type: 'github', id: 'gh', owner: 'o', repository: 'r' }] as const;
    expect(() => merge(text, { sources })).toThrow(/gh is the name of something/);
    expect(readStored(merge(text, { sources: [{ ...sources[0], id: 'new' }] }))).toMatchObject({
      spec: { sources: [{ id: 'new' }] },
      unmanaged: [expect.any(String)],
    });
  });

  const source =
    '<source class="jenkins.plugins.git.GitSCMSource"><id>g</id><remote>u</remote><traits/></source>';

  test.each([
    '<strategy class="jenkins.branch.DefaultBranchPropertyStrategy"><properties class="java.util.Arrays$ArrayList"><a class="jenkins.branch.BranchProperty-array"><x.Retention><n>1</n></x.Retention></a></properties></strategy>',
    '<strategy class="jenkins.branch.DefaultBranchPropertyStrategy"><properties class="singleton-list"><x.Retention/></properties></strategy>',
    '<strategy class="jenkins.branch.NamedExceptionsBranchPropertyStrategy"><defaultProperties class="empty-list"/><namedExceptions><jenkins.branch.NamedExceptionsBranchPropertyStrategy_-Named><x.Retention/></jenkins.branch.NamedExceptionsBranchPropertyStrategy_-Named></namedExceptions></strategy>',
  ])('what belongs to branches stays when their builds are stopped: %s', (strategy) => {
    const text = withSource(source, strategy);
    expectStable(text);
    const { sources } = readStored(text).spec as MultibranchPipelineSpec;
    const stopped = merge(text, { sources: sources.map((one) => ({ ...one, automaticBuilds: false })) });
    expect(stopped).toContain('x.Retention');
    expect(stopped).not.toMatch(/(?:singleton|empty)-list"><x/);
    expect(readStored(stopped).spec).toMatchObject({ sources: [{ automaticBuilds: false }] });
    const resumed = merge(stopped, { sources });
    expect(readStored(resumed).spec).toEqual(readStored(text).spec);
    expect(resumed).toContain('x.Retention');
  });

  test('a strategy of another class is replaced only when builds shall be stopped', () => {
    const text = withSource(
      source,
      '<strategy class="x.Strategy"/><buildStrategies><x.B/></buildStrategies>',
    );
    expectStable(text);
    expect(readStored(text).unmanaged).toEqual([
      'sources/data/jenkins.branch.BranchSource/strategy',
      'sources/data/jenkins.branch.BranchSource/buildStrategies',
    ]);
    const { sources } = readStored(text).spec as MultibranchPipelineSpec;
    const stopped = merge(text, { sources: sources.map((one) => ({ ...one, automaticBuilds: false })) });
    expect(stopped).toContain('<buildStrategies><x.B/></buildStrategies>');
    expect(readStored(stopped).spec).toMatchObject({ sources: [{ automaticBuilds: false }] });
  });

  test('a list in a form that only Jenkins can read is not torn open', () => {
    const text = withSource(
      '<source class="jenkins.plugins.git.GitSCMSource"><id>g</id><remote>u</remote><traits class="java.util.ImmutableCollections$ListN" resolves-to="java.util.CollSer" serialization="custom"><java.util.CollSer><default><tag>1</tag></default><int>1</int><jenkins.plugins.git.traits.BranchDiscoveryTrait/></java.util.CollSer></traits></source>',
    );
    expectStable(text);
    const { sources } = readStored(text).spec as MultibranchPipelineSpec;
    const url = merge(text, { sources: sources.map((one) => ({ ...one, url: 'v' })) });
    expect(url).toBe(text.replace('<remote>u<', '<remote>v<'));
    expect(() => merge(text, { sources: sources.map((one) => ({ ...one, discoverTags: true })) })).toThrow(
      /only Jenkins can read/,
    );
  });
});
