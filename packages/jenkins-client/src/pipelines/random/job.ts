import { el, RandomFile, TEXTS, type Part } from './file.ts';

const JOB = 'org.jenkinsci.plugins.workflow.job.properties.';

/** The file of a pipeline with builds of its own. */
export class RandomJob extends RandomFile {
  protected readonly root = 'flow-definition';

  protected parts(): (Part | string)[] {
    const { roll } = this;
    return this.shuffled([
      ...this.item(),
      ...this.maybe(() => el('keepDependencies', 'false')),
      ...this.maybe(() => el('properties', this.shuffled(this.properties()))),
      this.definition(),
      ...this.maybe(() => this.oldTriggers()),
      ...this.rarely(() => el('concurrentBuild', roll.one(['true', 'false']))),
      ...this.rarely(() => el('logRotator', this.limits(), ' class="hudson.tasks.LogRotator"')),
      ...this.rarely(() => el('quietPeriod', roll.one(['5', '0', '-1', '']))),
      ...this.rarely(() => el('authToken', roll.one(['tok', '', '{AQAAABAAAAAQabcdefghij=}', '********']))),
    ]);
  }

  private properties(): (Part | string)[] {
    const { roll } = this;
    return [
      ...this.stranger(),
      ...this.rarely(() => el('jenkins.model.BuildDiscarderProperty', [this.strategy()])),
      ...this.rarely(() =>
        el(
          `${JOB}DisableConcurrentBuildsJobProperty`,
          this.rarely(() => el('abortPrevious', roll.one(['true', 'false']))),
        ),
      ),
      ...this.rarely(() => el(`${JOB}DurabilityHintJobProperty`, [el('hint', 'SURVIVABLE_NONATOMIC')])),
      ...this.rarely(() => el(`${JOB}DisableResumeJobProperty`)),
      ...this.maybe(() =>
        el('hudson.model.ParametersDefinitionProperty', [
          this.list('parameterDefinitions', this.parameters()),
        ]),
      ),
      ...this.maybe(() =>
        el(
          `${JOB}PipelineTriggersJobProperty`,
          [el('triggers', this.shuffled(this.triggers()))],
          ' plugin="workflow-job"',
        ),
      ),
    ];
  }

  private triggers(): (Part | string)[] {
    const { roll } = this;
    return [
      ...this.maybe(() =>
        el('hudson.triggers.TimerTrigger', [el('spec', roll.one(['@daily', 'H 1 * * *\nH 2 * * *', '']))]),
      ),
      ...this.rarely(() =>
        el('hudson.triggers.SCMTrigger', [
          el('spec', '* * * * *'),
          ...this.rarely(() => el('ignorePostCommitHooks', 'true')),
        ]),
      ),
      ...this.rarely(() =>
        el('jenkins.triggers.ReverseBuildTrigger', [
          el('spec'),
          el('upstreamProjects', roll.one(['a, b,', 'x/y', ''])),
          ...this.maybe(() =>
            el('threshold', [
              el('name', roll.one(['SUCCESS', 'FAILURE', 'ABORTED'])),
              el('ordinal', '0'),
              el('color', 'BLUE'),
              el('completeBuild', 'true'),
            ]),
          ),
        ]),
      ),
      ...this.stranger(),
    ];
  }

  private oldTriggers(): Part {
    return this.roll.below(3) === 0 ? el('triggers', this.triggers(), ' class="vector"') : el('triggers');
  }

  private strategy(): Part {
    return this.roll.often()
      ? el('strategy', this.limits(), ' class="hudson.tasks.LogRotator"')
      : el('strategy', this.stranger('discarder'), ' class="x.Strategy"');
  }

  private limits(): Part[] {
    const names = ['daysToKeep', 'numToKeep', 'artifactDaysToKeep', 'artifactNumToKeep'];
    return names.flatMap((name) => this.maybe(() => el(name, this.roll.one(['-1', '7', '0', '']))));
  }

  private parameters(): (Part | string)[] {
    const { roll } = this;
    const parameter = (type: string, name: string, own: readonly (Part | string)[]): Part =>
      el(
        `hudson.model.${type}ParameterDefinition`,
        this.shuffled([el('name', name), ...this.maybe(() => el('description', roll.one(TEXTS))), ...own]),
      );
    const strings = ['a', '', 'b &lt; c'].map((text) => el('string', text));
    return this.shuffled([
      ...this.maybe(() =>
        parameter('String', 'S', [
          el('defaultValue', roll.one(TEXTS)),
          ...this.maybe(() => el('trim', 'true')),
        ]),
      ),
      ...this.rarely(() =>
        parameter(
          'Text',
          'T',
          this.maybe(() => el('defaultValue', roll.one(TEXTS))),
        ),
      ),
      ...this.rarely(() =>
        parameter(
          'Boolean',
          'B',
          this.maybe(() => el('defaultValue', roll.one(['true', 'false', 'True']))),
        ),
      ),
      ...this.rarely(() =>
        parameter(
          'Password',
          'PW',
          this.maybe(() => el('defaultValue', roll.one(['plain', '{AQAAABAAAAAQabcdefghij=}']))),
        ),
      ),
      ...this.rarely(() =>
        parameter('Choice', 'C', [
          roll.one([
            el('choices', strings),
            el('choices', [el('a', strings, ' class="string-array"')], ' class="java.util.Arrays$ArrayList"'),
            el('choices', strings, " class='string-array'"),
            el('choices'),
          ]),
        ]),
      ),
      ...this.rarely(() => parameter('String', 'S', [])),
      ...this.stranger(),
    ]);
  }

  private definition(): Part {
    const { roll } = this;
    const plugin = roll.one(['', ' plugin="workflow-cps@2.9"', "\n plugin = 'y'"]);
    if (roll.often()) {
      return el(
        'definition',
        this.shuffled([
          el('script', roll.one(TEXTS)),
          ...this.maybe(() => el('sandbox', roll.one(['true', 'false']))),
        ]),
        `${plugin} class="org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition"`,
      );
    }
    return el(
      'definition',
      this.shuffled([
        this.scm(),
        ...this.maybe(() => el('scriptPath', 'ci/J')),
        ...this.maybe(() => el('lightweight', 'true')),
      ]),
      `${plugin} class="org.jenkinsci.plugins.workflow.cps.CpsScmFlowDefinition"`,
    );
  }

  private scm(): Part {
    const { roll } = this;
    const other = roll.one(['hudson.scm.SubversionSCM', 'hudson.plugins.mercurial.MercurialSCM']);
    if (roll.below(3) === 0) return el('scm', this.stranger('scm'), ` class="${other}"`);
    const remote = (url: string): Part =>
      el(
        'hudson.plugins.git.UserRemoteConfig',
        this.shuffled([
          el('url', url),
          ...this.rarely(() => el('name', 'origin')),
          ...this.rarely(() => el('refspec')),
          ...this.maybe(() => el('credentialsId', 'c')),
        ]),
      );
    return el(
      'scm',
      this.shuffled([
        el('configVersion', '2'),
        el('userRemoteConfigs', [remote('u1'), ...this.rarely(() => remote('u2'))]),
        ...this.maybe(() =>
          el(
            'branches',
            [el('hudson.plugins.git.BranchSpec', [el('name', '*/main')])],
            roll.one(['', ' class="singleton-list"']),
          ),
        ),
        ...this.maybe(() =>
          el('extensions', [
            ...this.rarely(() =>
              el('hudson.plugins.git.extensions.impl.CloneOption', [
                el('shallow', 'true'),
                el('noTags', 'false'),
                el('reference'),
                el('depth', roll.one(['0', '1', '5'])),
                el('honorRefspec', 'false'),
              ]),
            ),
            ...this.stranger(),
          ]),
        ),
        ...this.stranger(),
      ]),
      ' class="hudson.plugins.git.GitSCM"',
    );
  }
}
