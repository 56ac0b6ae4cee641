/** Configurations as any version of Jenkins may have stored them, for the tests of this folder. It is not published. */

/** Chance. */
export interface Rolls {
  below(limit: number): number;
  often(): boolean;
  one<T>(values: readonly T[]): T;
}

/** Something of somebody else, exactly as it stands in the file. */
interface Foreign {
  readonly raw: string;
  /** The setting whose change may replace it. */
  readonly replacedBy?: string;
}

interface Part {
  readonly name: string;
  readonly attributes: string;
  /** Text as it is written, or parts. */
  readonly inside: string | readonly (Part | string)[];
}

const JOB = 'org.jenkinsci.plugins.workflow.job.properties.';
const MULTIBRANCH = 'org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject';

function el(name: string, inside: Part['inside'] = '', attributes = ''): Part {
  return { name, attributes, inside };
}

/** A file, and what in it is of somebody else. */
export function randomStored(kind: 'job' | 'multibranch', roll: Rolls): { text: string; foreign: Foreign[] } {
  const file = new RandomFile(roll);
  const parts = kind === 'job' ? file.job() : file.multibranch();
  const root = kind === 'job' ? 'flow-definition' : MULTIBRANCH;
  return {
    text: file.write(el(root, parts, ` plugin=${roll.one(['"x@1.2"', "'x@1.2'"])}`)),
    foreign: file.foreign,
  };
}

class RandomFile {
  readonly foreign: Foreign[] = [];
  private readonly roll: Rolls;
  private count = 0;

  constructor(roll: Rolls) {
    this.roll = roll;
  }

  job(): (Part | string)[] {
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

  multibranch(): (Part | string)[] {
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

  /** The file with a layout, a declaration, and marks of its own. */
  write(root: Part): string {
    const { roll } = this;
    const lineEnd = roll.one(['\n', '\n', '\n', '\r\n', '']);
    const indent = lineEnd === '' ? '' : roll.one(['  ', '  ', '\t', '    ', '']);
    const draw = (part: Part, depth: number): string => {
      const { name, attributes, inside } = part;
      if (inside.length === 0)
        return roll.often() ? `<${name}${attributes}/>` : `<${name}${attributes}></${name}>`;
      if (typeof inside === 'string') return `<${name}${attributes}>${inside}</${name}>`;
      const gap = lineEnd + indent.repeat(depth + 1);
      const children = inside.map(
        (child) => gap + (typeof child === 'string' ? child : draw(child, depth + 1)),
      );
      return `<${name}${attributes}>${children.join('')}${lineEnd}${indent.repeat(depth)}</${name}>`;
    };
    const declaration = roll.one([
      `<?xml version='1.1' encoding='UTF-8'?>${lineEnd}`,
      `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>${lineEnd}`,
      '\ufeff<?xml version="1.0"?>\n<!-- by hand -->\n',
      '',
    ]);
    return `${declaration}${draw(root, 0)}${roll.one(['', '\n', '\r\n<!-- end -->'])}`;
  }

  private item(): (Part | string)[] {
    const { roll } = this;
    return [
      ...this.rarely(() => el('actions', this.stranger())),
      ...this.maybe(() => el('description', roll.one(TEXTS))),
      ...this.rarely(() => el('displayName', roll.one(TEXTS))),
      ...this.maybe(() => el('disabled', roll.one(['true', 'false', 'TRUE']))),
      ...this.stranger(),
    ];
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

  /** A list in one of the forms that Java's kinds of lists have. */
  private list(name: string, things: readonly (Part | string)[]): Part {
    if (this.roll.below(3) > 0) return el(name, things);
    return el(name, [el('a', things, ' class="some.Thing-array"')], ' class="java.util.Arrays$ArrayList"');
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

  /** Nothing, or something that nobody but its plugin knows. */
  private stranger(replacedBy?: string): string[] {
    if (this.roll.below(3) > 0) return [];
    const raw = this.roll.one(STRANGERS).replaceAll('#', String(this.count++));
    this.foreign.push({ raw, ...(replacedBy !== undefined && { replacedBy }) });
    return [raw];
  }

  private maybe<T>(make: () => T): T[] {
    return this.roll.often() ? [make()] : [];
  }

  private rarely<T>(make: () => T): T[] {
    return this.roll.below(3) === 0 ? [make()] : [];
  }

  private shuffled<T>(values: readonly T[]): T[] {
    const left = [...values];
    return values.map(() => left.splice(this.roll.below(left.length), 1)[0] as T);
  }
}

/** Text as it is written between tags. */
const TEXTS = [
  '',
  'plain',
  ' spaces ',
  'a&#xd;\nb\n',
  '&lt;b&gt; &amp; &quot;&apos;',
  '<![CDATA[<&]]>',
  'x<![CDATA[ y ]]>z',
  '&#128640;&#x1F680; \u00fc',
  'half <!-- a comment --> text',
];

const STRANGERS = [
  '<foreign.p#.Property plugin="f@1"><a b=\'1\'>x &#65; y</a><c/></foreign.p#.Property>',
  '<foreign.p#.Empty/>',
  '<foreign.p#.Custom serialization="custom"><unserializable-parents/><default><n>1</n></default></foreign.p#.Custom>',
  '<foreign.p#.Cdata><![CDATA[</foreign>]]><!-- <x> --><?pi y?></foreign.p#.Cdata>',
  '<foreign.p#.Deep\n  a="1"  ><b><b><b class="x" reference="../.."></b></b></b ></foreign.p#.Deep>',
  '<foreign.p#.Odd_-Name_0 resolves-to="y">&#x0000041;\t\u00e9&#xa0;</foreign.p#.Odd_-Name_0>',
];

/** The elements of a file below the root, in their order: what each is and holds beside others. Not our own reader. */
export function inventory(text: string): { path: string; own: string }[] {
  const found: { path: string; own: string }[] = [];
  const open: { path: string; own: string }[] = [];
  const pieces = text.match(/<!--[^]*?-->|<!\[CDATA\[[^]*?\]\]>|<\?[^]*?\?>|<[^>]*>|[^<]+/g) ?? [];
  for (const piece of pieces) {
    const at = open.at(-1);
    if (/^<\//.test(piece)) {
      open.pop();
    } else if (/^<[^!?]/.test(piece)) {
      const name = /^<([^\s/>]+)/.exec(piece)?.[1] ?? '';
      const attributes = piece.slice(1 + name.length).replace(/\/?>$/, '');
      const path = open.length === 0 ? '' : open.length === 1 ? name : `${at?.path ?? ''}/${name}`;
      const entry = { path, own: `<${attributes}>` };
      found.push(entry);
      if (!piece.endsWith('/>')) open.push(entry);
    } else if (at !== undefined && piece.trim() !== '') {
      at.own += piece;
    }
  }
  return found;
}
