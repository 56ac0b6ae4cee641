import { element, type XmlElement } from '../xml.ts';
import {
  boundElement,
  classOf,
  formList,
  isFormObject,
  optionalElement,
  optionalText,
  textIn,
  UnknownClassError,
  type FormObject,
} from './form-xml.ts';
import { ITEM_CLASSES } from './item.ts';

const BRANCH_API = 'branch-api@2.1244.vf95c81f1641c';
const FOLDER_PLUGIN = 'cloudbees-folder@6.1040.v8a_e6330a_54e3';
const OWNER = { class: ITEM_CLASSES.multibranch, reference: '../..' };

/** A required part of a form is missing; Jenkins answers 500. */
export class MissingFormPartError extends Error {}

/** The branch sources whose plugins the server is taken to have, with the plugin that their documents name. */
const SOURCES: Readonly<Record<string, string>> = {
  'jenkins.plugins.git.GitSCMSource': 'git@5.7.0',
  'org.jenkinsci.plugins.github_branch_source.GitHubSCMSource': 'github-branch-source',
  'io.jenkins.plugins.gitlabbranchsource.GitLabSCMSource': 'gitlab-branch-source',
  'com.cloudbees.jenkins.plugins.bitbucket.BitbucketSCMSource': 'cloudbees-bitbucket-branch-source',
  'jenkins.scm.impl.subversion.SubversionSCMSource': 'subversion',
  'jenkins.scm.impl.SingleSCMSource': 'scm-api@707.v749f968369d4',
};

/** The document that a submitted form makes of a folder. `description` and `icon` must be there. */
export function submitFolder(form: FormObject): XmlElement {
  requireParts(form, 'com.cloudbees.hudson.plugins.folder.icons.StockFolderIcon');
  return element(
    ITEM_CLASSES.folder,
    [
      element('description', textIn(form, 'description')),
      optionalElement(form, 'displayNameOrNull', 'displayName'),
      element('properties', submitFolderProperties(form)),
      element('folderViews', [], {
        class: 'com.cloudbees.hudson.plugins.folder.views.DefaultFolderViewHolder',
      }),
      element('healthMetrics'),
      element('icon', [], { class: 'com.cloudbees.hudson.plugins.folder.icons.StockFolderIcon' }),
    ],
    { plugin: FOLDER_PLUGIN },
  );
}

/** The document that a submitted form makes of a multibranch pipeline. */
export function submitMultibranch(form: FormObject): XmlElement {
  requireParts(form, 'jenkins.branch.MetadataActionFolderIcon');
  const factory = isFormObject(form['projectFactory']) ? form['projectFactory'] : {};
  return element(
    ITEM_CLASSES.multibranch,
    [
      element('description', textIn(form, 'description')),
      optionalElement(form, 'displayNameOrNull', 'displayName'),
      element('properties', submitFolderProperties(form)),
      element('folderViews', [element('owner', [], OWNER)], {
        class: 'jenkins.branch.MultiBranchProjectViewHolder',
        plugin: BRANCH_API,
      }),
      element('healthMetrics'),
      element('icon', [element('owner', [], OWNER)], {
        class: 'jenkins.branch.MetadataActionFolderIcon',
        plugin: BRANCH_API,
      }),
      submitOrphans(form['orphanedItemStrategy']),
      element(
        'triggers',
        submitPeriodicScan(form['com-cloudbees-hudson-plugins-folder-computed-PeriodicFolderTrigger']),
      ),
      element('disabled', form['enable'] !== true),
      element(
        'sources',
        [element('data', formList(form['sources']).map(submitSource)), element('owner', [], OWNER)],
        { class: 'jenkins.branch.MultiBranchProject$BranchSourceList', plugin: BRANCH_API },
      ),
      element('factory', [element('owner', [], OWNER), optionalElement(factory, 'scriptPath')], {
        class: 'org.jenkinsci.plugins.workflow.multibranch.WorkflowBranchProjectFactory',
      }),
    ],
    { plugin: 'workflow-multibranch@811.vcd33d074c2a_0' },
  );
}

/** Without a description or an icon Jenkins fails with an exception in the middle of the form. */
function requireParts(form: FormObject, iconClass: string): void {
  if (typeof form['description'] !== 'string') throw new MissingFormPartError('description');
  if (!isFormObject(form['icon'])) throw new MissingFormPartError('icon');
  if (classOf(form['icon']) !== iconClass) throw new UnknownClassError(classOf(form['icon']));
}

/**
 * The folder properties that the server knows. They stand among the fields of the form: the map `properties` that jobs
 * have is not looked at (AbstractFolder.doConfigSubmit, read in the source).
 */
function submitFolderProperties(fields: FormObject): readonly XmlElement[] {
  const known = {
    'com-cloudbees-hudson-plugins-folder-properties-EnvVarsFolderProperty':
      'com.cloudbees.hudson.plugins.folder.properties.EnvVarsFolderProperty',
  };
  return Object.entries(known).flatMap(([key, name]) => {
    const form = fields[key];
    return isFormObject(form) ? [boundElement(name, form, false)] : [];
  });
}

/**
 * A branch source. Its fields are stored in the order of the form, as no recording tells the order of the classes that
 * were not tried; those of git are recorded.
 */
function submitSource(form: FormObject): XmlElement {
  const source = isFormObject(form['source']) ? form['source'] : {};
  const type = classOf(source);
  const plugin = SOURCES[type];
  if (plugin === undefined) throw new UnknownClassError(type);
  const bound = boundElement('source', source, true);
  return element('jenkins.branch.BranchSource', [
    { ...bound, attributes: { class: type, plugin } },
    submitStrategy(isFormObject(form['strategy']) ? form['strategy'] : {}),
  ]);
}

/** What every branch of a source has; a list is stored as the array that it was made of. */
function submitStrategy(form: FormObject): XmlElement {
  const strategy = classOf(form) || 'jenkins.branch.DefaultBranchPropertyStrategy';
  const props = formList(form['props']).map((one) => boundElement(classOf(one), one, false));
  const properties =
    form['props'] === undefined
      ? element('properties', [], { class: 'empty-list' })
      : element('properties', [element('a', props, { class: 'jenkins.branch.BranchProperty-array' })], {
          class: 'java.util.Arrays$ArrayList',
        });
  return element('strategy', [properties], { class: strategy });
}

/** What becomes of the jobs of dead branches. Empty counts mean no limit, which is stored as -1. */
function submitOrphans(value: unknown): XmlElement {
  const form = isFormObject(value) ? value : {};
  const count = (name: string): XmlElement => element(name, optionalText(form, `${name}Str`) ?? '-1');
  return element(
    'orphanedItemStrategy',
    [
      element('pruneDeadBranches', form['pruneDeadBranches'] === true),
      count('daysToKeep'),
      count('numToKeep'),
      element('abortBuilds', form['abortBuilds'] === true),
    ],
    {
      class: 'com.cloudbees.hudson.plugins.folder.computed.DefaultOrphanedItemStrategy',
      plugin: FOLDER_PLUGIN,
    },
  );
}

/** The units of an interval in milliseconds. */
const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** The interval is stored in milliseconds, and a cron line beside it says how often to look whether it has passed. */
function submitPeriodicScan(form: unknown): readonly XmlElement[] {
  if (!isFormObject(form)) return [];
  const [, count = '1', unit = 'd'] = /^(\d+)([mhdw])$/.exec(textIn(form, 'interval')) ?? [];
  const interval = Number(count) * (UNIT_MS[unit] ?? 0);
  return [
    element(
      'com.cloudbees.hudson.plugins.folder.computed.PeriodicFolderTrigger',
      [element('spec', interval < 3_600_000 ? '* * * * *' : 'H/15 * * * *'), element('interval', interval)],
      { plugin: FOLDER_PLUGIN },
    ),
  ];
}
