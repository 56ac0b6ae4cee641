import type { BranchSourceSpec } from '../source-spec.ts';
import type { BranchJobsSpec, ItemSettings, MultibranchPipelineSpec, OrphansSpec } from '../spec.ts';
import type { XmlElement } from '../../xml/element.ts';
import { Reading, type Field, type FormObject } from './field.ts';
import { group } from './group.ts';
import { itemFields } from './job.ts';
import { childFor, flag, limit, text } from './leaves.ts';
import { listOf } from './list.ts';
import { mapped, orNull, presence } from './mapped.ts';
import { at, emptyBag, isOf, item, typed } from './places.ts';
import { SOURCE_KINDS } from './sources.ts';

/** The Java class of a multibranch pipeline, and the root of its configuration. */
export const MULTIBRANCH_CLASS = 'org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject';

const NO_TRIGGER = 'jenkins.branch.NoTriggerBranchProperty';
const DEFAULT_STRATEGY = 'jenkins.branch.DefaultBranchPropertyStrategy';
const NAMED_STRATEGY = 'jenkins.branch.NamedExceptionsBranchPropertyStrategy';

/** Whether a source's branches are built on their own: a property of every branch says no (branch-api). */
const automaticBuilds: Field<boolean> = {
  encode(value, form) {
    const props = value ? {} : { props: [{ 'stapler-class': NO_TRIGGER }] };
    form['strategy'] = { 'stapler-class': DEFAULT_STRATEGY, ...props };
  },
  read(holder, reading) {
    const strategy = holder?.child('strategy');
    const place = placeOfProperties(strategy);
    if (place === undefined) return true;
    const exceptions = strategy?.child('namedExceptions');
    if (exceptions?.elements.length === 0) reading.managed.add(exceptions);
    reading.child(holder, 'strategy');
    return !noTrigger(place).read(strategy, reading);
  },
  patch(holder, value, patching) {
    const strategy = childFor(holder, 'strategy');
    const place = placeOfProperties(strategy);
    if (place === undefined) {
      strategy.text = '';
      strategy.attributes = ` class="${DEFAULT_STRATEGY}"`;
      strategy.add('properties', ' class="empty-list"');
    }
    noTrigger(place ?? 'properties').patch(strategy, !value, patching);
  },
};

/** Where a strategy has the properties of all branches; undefined for one that is not known. */
function placeOfProperties(strategy: XmlElement | undefined): string | undefined {
  if (isOf(strategy, DEFAULT_STRATEGY)) return 'properties';
  return isOf(strategy, NAMED_STRATEGY) ? 'defaultProperties' : undefined;
}

function noTrigger(place: string): Field<boolean> {
  // What newer versions of branch-api store beside: no builds of any kind, of no branch.
  const settings = group({}, {}, { strategy: 'NONE', triggeredBranchesRegex: '^$' });
  return presence(item(place, NO_TRIGGER, settings, { in: 'list' }));
}

/** A source with the strategy beside it. What is of a kind that is not known reads as undefined. */
const branchSource: Field<BranchSourceSpec> = {
  encode(value, form) {
    const { automaticBuilds: builds = true, type, ...settings } = value;
    const kind = kindOf(type);
    const source: FormObject = { 'stapler-class': kind.javaClass };
    kind.settings.encode(settings, source);
    // A source that discovers nothing must say so: without the list, the plugin takes what its older versions did.
    form['source'] = type.endsWith('svn') ? source : { traits: [], ...source };
    automaticBuilds.encode(builds, form);
  },
  read(holder, reading) {
    const source = holder?.child('source');
    const kind = SOURCE_KINDS.find((candidate) => isOf(source, candidate.javaClass));
    if (kind === undefined || !canDescribe(kind.type, source))
      return undefined as unknown as BranchSourceSpec;
    const strategies = holder?.child('buildStrategies');
    if (strategies?.elements.length === 0) reading.managed.add(strategies);
    const settings = kind.settings.read(reading.child(holder, 'source'), reading);
    const builds = automaticBuilds.read(holder, reading) ? {} : { automaticBuilds: false };
    return { type: kind.type, ...settings, ...builds } as BranchSourceSpec;
  },
  patch(holder, { automaticBuilds: builds = true, type, ...settings }, patching) {
    const kind = kindOf(type);
    const isNew = holder.elements.length === 0;
    // A new source without traits would be taken for one of the plugins' versions that had none.
    const skeleton = type.endsWith('svn') ? {} : { traits: '' };
    typed('source', kind.javaClass, kind.settings, { skeleton }).patch(holder, settings, patching);
    if (isNew || automaticBuilds.read(holder, new Reading()) !== builds)
      automaticBuilds.patch(holder, builds, patching);
  },
};

/** Whether a stored source can be specified: it has an id, and traits where versions of 2017 have none. */
function canDescribe(type: BranchSourceSpec['type'], source: XmlElement | undefined): boolean {
  if (!source?.child('id')?.text) return false;
  return type === 'git' || type.endsWith('svn') || source.child('traits') !== undefined;
}

function kindOf(type: BranchSourceSpec['type']) {
  const kind = SOURCE_KINDS.find((candidate) => candidate.type === type);
  if (kind === undefined) throw new TypeError(`unknown type of source: ${type}`);
  return kind;
}

const branchSources = listOf<BranchSourceSpec>(
  'data',
  { javaClass: 'jenkins.branch.BranchSource', inner: branchSource },
  ({ id }) => id,
  (element) => element.child('source')?.child('id')?.text,
);

const sourceList = at('sources', group({ data: branchSources }, {}, { owner: null }));

/** The form has the sources as a list of its own, without the object that holds them in the file. */
const sources: Field<readonly BranchSourceSpec[]> = {
  encode(values, form) {
    const holder: FormObject = {};
    branchSources.encode(values, holder);
    form['sources'] = holder['data'] ?? [];
  },
  read: (holder, reading) => sourceList.read(holder, reading).data,
  patch: (holder, data, patching) => sourceList.patch(holder, { data }, patching),
};

const FACTORY = 'org.jenkinsci.plugins.workflow.multibranch.WorkflowBranchProjectFactory';
const ORPHANS = 'com.cloudbees.hudson.plugins.folder.computed.DefaultOrphanedItemStrategy';
const PERIODIC = 'com.cloudbees.hudson.plugins.folder.computed.PeriodicFolderTrigger';

interface StoredOrphans extends OrphansSpec {
  readonly prune: boolean;
}

const orphans = mapped<OrphansSpec | null, StoredOrphans>(
  typed(
    'orphanedItemStrategy',
    ORPHANS,
    group<StoredOrphans>(
      {
        prune: flag('pruneDeadBranches'),
        daysToKeep: limit('daysToKeep', 'daysToKeepStr', 0),
        branchesToKeep: limit('numToKeep', 'numToKeepStr', 0),
        abortBuilds: flag('abortBuilds'),
      },
      { abortBuilds: false },
    ),
  ),
  (value) => ({ prune: value !== null, ...value }),
  ({ prune, ...limits }) => (prune ? limits : null),
);

const MINUTE = 60_000;

/** The form has it as a number with a unit; the file has the milliseconds, and how often to look. */
const scanIntervalMs = orNull<number>(
  item(
    'triggers',
    PERIODIC,
    {
      encode(value, form) {
        form['interval'] = intervalText(value);
      },
      read(holder, reading) {
        const { interval } = storedInterval.read(holder, reading);
        return (isInterval(Number(interval)) ? Number(interval) : undefined) as number;
      },
      patch(holder, value, patching) {
        text('spec').patch(holder, crontab(value), patching);
        text('interval').patch(holder, String(value), patching);
      },
    },
    { in: 'top' },
  ),
);

const storedInterval = group({ interval: text('interval') }, {}, { spec: null });

/** Whether the form can say it: whole minutes, up to 30 days. */
export function isInterval(ms: number): boolean {
  return ms % MINUTE === 0 && ms >= MINUTE && ms <= 30 * 24 * 60 * MINUTE;
}

function intervalText(ms: number): string {
  const minutes = ms / MINUTE;
  if (minutes % 1440 === 0) return `${minutes / 1440}d`;
  return minutes % 60 === 0 ? `${minutes / 60}h` : `${minutes}m`;
}

/** How often Jenkins looks whether an interval has passed (PeriodicFolderTrigger). */
function crontab(ms: number): string {
  const minutes = ms / MINUTE;
  const steps: [limit: number, cron: string][] = [
    [5, '* * * * *'],
    [30, 'H/5 * * * *'],
    [60, 'H/15 * * * *'],
    [480, 'H/30 * * * *'],
    [1440, 'H H/4 * * *'],
    [2880, 'H H/12 * * *'],
  ];
  return steps.find(([limit]) => minutes <= limit)?.[1] ?? 'H H * * *';
}

/** Read in the source of multibranch-action-triggers (PipelineTriggerProperty), not tried. */
const branchJobs = orNull<BranchJobsSpec>(
  item(
    'properties',
    'org.jenkinsci.plugins.workflow.multibranch.PipelineTriggerProperty',
    group<BranchJobsSpec>(
      {
        onCreate: text('createActionJobsToTrigger'),
        onDelete: text('deleteActionJobsToTrigger'),
        onRunDelete: text('actionJobsToTriggerOnRunDelete'),
      },
      { onCreate: '', onDelete: '', onRunDelete: '' },
      { quitePeriod: null, branchIncludeFilter: '*', branchExcludeFilter: '', additionalParameters: '' },
    ),
    // Folders look for their properties among the fields of the form (AbstractFolder.doConfigSubmit).
    { in: 'top', constants: { branchIncludeFilter: '*', branchExcludeFilter: '' } },
  ),
);

const factory = typed(
  'factory',
  FACTORY,
  group({ scriptPath: text('scriptPath', 'scriptPath', 'Jenkinsfile') }, {}, { owner: null }),
  {
    form: 'projectFactory',
  },
);

const MULTIBRANCH_DEFAULTS = {
  description: '',
  displayName: null,
  disabled: false,
  scriptPath: 'Jenkinsfile',
  orphans: {},
  scanIntervalMs: null,
  branchJobs: null,
} satisfies Partial<MultibranchPipelineSpec>;

/** A folder of pipelines, one for each branch. */
export const multibranchPipeline = group<Omit<MultibranchPipelineSpec, 'kind'>>(
  {
    ...itemFields,
    sources,
    scriptPath: mapped(
      factory,
      (scriptPath) => ({ scriptPath: scriptPath ?? 'Jenkinsfile' }),
      ({ scriptPath }) => scriptPath,
    ),
    orphans,
    scanIntervalMs,
    branchJobs,
  },
  MULTIBRANCH_DEFAULTS,
  {
    actions: null,
    folderViews: null,
    healthMetrics: '',
    icon: 'jenkins.branch.MetadataActionFolderIcon',
    triggers: '',
    properties: '',
  },
);

/** What a form of a folder needs beside the settings: without an icon, Jenkins fails after half of the change. */
export function folderForm(icon: string): FormObject {
  return { icon: { 'stapler-class': icon }, healthMetrics: [], properties: emptyBag() };
}

/** A plain folder. */
export const folder = group<Omit<ItemSettings, 'disabled'>>(
  { description: itemFields.description, displayName: itemFields.displayName },
  { description: '', displayName: null },
  {
    actions: null,
    folderViews: null,
    healthMetrics: '',
    icon: 'com.cloudbees.hudson.plugins.folder.icons.StockFolderIcon',
    properties: '',
  },
);
