import { el, RandomFile, type Part } from './file.ts';

const MULTIBRANCH = 'org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject';

/** The file of a folder of pipelines. */
export class RandomMultibranch extends RandomFile {
  protected readonly root = MULTIBRANCH;

  protected parts(): (Part | string)[] {
    const { roll } = this;
    const owner = el('owner', '', ` class="${MULTIBRANCH}" reference="../.."`);
    return this.shuffled([
      ...this.item(),
      ...this.maybe(() => el('properties', this.stranger())),
      ...this.rarely(() => el('healthMetrics', this.stranger())),
      ...this.maybe(() => el('folderViews', [owner], ' class="jenkins.branch.MultiBranchProjectViewHolder"')),
      ...this.maybe(() => this.orphans()),
      ...this.maybe(() =>
        el('triggers', [
          ...this.maybe(() =>
            el('com.cloudbees.hudson.plugins.folder.computed.PeriodicFolderTrigger', [
              el('spec', 'H H * * *'),
              ...this.maybe(() => el('interval', roll.one(['86400000', '90000', '', 'x', '-1', '60000']))),
            ]),
          ),
          ...this.stranger(),
        ]),
      ),
      ...this.maybe(() =>
        el(
          'sources',
          [el('data', this.sources()), owner],
          ' class="jenkins.branch.MultiBranchProject$BranchSourceList"',
        ),
      ),
      ...this.maybe(() =>
        roll.often()
          ? el(
              'factory',
              [owner, ...this.maybe(() => el('scriptPath', roll.one(['Jenkinsfile', 'ci/J', ''])))],
              ` class="org.jenkinsci.plugins.workflow.multibranch.WorkflowBranchProjectFactory"`,
            )
          : el('factory', this.stranger('scriptPath'), ' class="x.Factory"'),
      ),
    ]);
  }

  private orphans(): Part {
    const { roll } = this;
    if (roll.below(4) === 0)
      return el('orphanedItemStrategy', this.stranger('orphans'), ' class="x.Orphans"');
    return el(
      'orphanedItemStrategy',
      [
        el('pruneDeadBranches', roll.one(['true', 'false'])),
        ...this.maybe(() => el('daysToKeep', roll.one(['-1', '3']))),
        ...this.maybe(() => el('numToKeep', roll.one(['-1', '4']))),
      ],
      ' class="com.cloudbees.hudson.plugins.folder.computed.DefaultOrphanedItemStrategy"',
    );
  }

  private sources(): (Part | string)[] {
    const { roll } = this;
    const source = (javaClass: string, id: string, own: readonly (Part | string)[]): Part =>
      el(
        'jenkins.branch.BranchSource',
        this.shuffled([
          el('source', [el('id', id), ...own], ` class="${javaClass}" plugin="p@1"`),
          ...this.maybe(() => this.branchStrategy()),
          ...this.rarely(() => el('buildStrategies', this.stranger('sources'))),
        ]),
      );
    const traits = (prefix: string): Part =>
      this.list('traits', [
        ...this.maybe(() =>
          el(
            `${prefix}.BranchDiscoveryTrait`,
            prefix.includes('git.traits') ? '' : [el('strategyId', roll.one(['1', '3', '9']))],
          ),
        ),
        ...this.rarely(() => el('jenkins.scm.impl.trait.RegexSCMHeadFilterTrait', [el('regex', '.*')])),
        ...this.rarely(() =>
          el('jenkins.scm.impl.trait.WildcardSCMHeadFilterTrait', [el('includes', '*'), el('excludes')]),
        ),
        ...this.stranger('sources'),
      ]);
    return [
      ...this.maybe(() =>
        source('jenkins.plugins.git.GitSCMSource', 'git', [
          el('remote', 'u'),
          el('credentialsId', roll.one(['', 'c'])),
          ...(roll.often()
            ? [traits('jenkins.plugins.git.traits')]
            : [el('includes', roll.one(['*', 'x*'])), el('excludes')]),
        ]),
      ),
      ...this.rarely(() =>
        source('org.jenkinsci.plugins.github_branch_source.GitHubSCMSource', 'gh', [
          el('apiUri', roll.one(['https://api.github.com', 'https://ghe/api'])),
          el('repoOwner', 'o'),
          el('repository', 'r'),
          ...this.maybe(() => traits('org.jenkinsci.plugins.github__branch__source')),
          ...this.rarely(() => el('buildOriginBranch', 'true')),
        ]),
      ),
      ...this.rarely(() => source('x.Source', 'foreign', this.stranger())),
    ];
  }

  private branchStrategy(): Part {
    const { roll } = this;
    const no = 'jenkins.branch.NoTriggerBranchProperty';
    const properties = (): (Part | string)[] => [...this.rarely(() => el(no)), ...this.stranger('sources')];
    const standard = ' class="jenkins.branch.DefaultBranchPropertyStrategy"';
    switch (roll.below(4)) {
      case 0:
        return el('strategy', [el('properties', '', ' class="empty-list"')], standard);
      case 1:
        return el('strategy', [this.list('properties', properties())], standard);
      case 2:
        return el(
          'strategy',
          [el('defaultProperties', properties()), el('namedExceptions', this.stranger('sources'))],
          ' class="jenkins.branch.NamedExceptionsBranchPropertyStrategy"',
        );
      default:
        return el('strategy', '', ' class="x.Strategy"');
    }
  }
}
