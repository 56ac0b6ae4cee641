import type {
  GenericWebhookSpec,
  PollScmSpec,
  TriggersSpec,
  UpstreamSpec,
  WebhookContentVariable,
  WebhookVariable,
} from '../spec.ts';
import type { XmlElement } from '../../xml/element.ts';
import type { Field } from './field.ts';
import { group, type Group } from './group.ts';
import { childFor, flag, optionalText, text, word } from './leaves.ts';
import { listOf } from './list.ts';
import { isEncrypted, realSecret, storedSecret } from '../stored-secret.ts';
import { mapped } from './mapped.ts';
import { item } from './places.ts';

const PROPERTY = 'org.jenkinsci.plugins.workflow.job.properties.PipelineTriggersJobProperty';

/** A trigger below the property that holds all; at the top of the form it would be ignored. */
function inProperty<T>(javaClass: string, inner: Field<T>): Field<T | undefined> {
  return item<T | undefined>('properties', PROPERTY, atTop(javaClass, inner), { in: 'bag', shared: true });
}

/** A trigger where versions of workflow-job before 2.4 had it. */
function atTop<T>(javaClass: string, inner: Field<T>): Field<T | undefined> {
  return item('triggers', javaClass, inner, { in: 'bag' });
}

const pollScm = group<PollScmSpec>(
  { cron: text('spec', 'scmpoll_spec'), ignoreHooks: flag('ignorePostCommitHooks') },
  { ignoreHooks: false },
);

/** Read in the sources of Jenkins (ReverseBuildTrigger), not tried: a form names the threshold, the file spells it out. */
const upstream = group<UpstreamSpec>(
  {
    projects: mapped<readonly string[], string>(
      text('upstreamProjects'),
      (projects) => projects.join(','),
      (names) => names.split(',').flatMap((name) => name.trim() || []),
    ),
    threshold: threshold(),
  },
  { threshold: 'SUCCESS' },
  { spec: null },
);

const COLOURS = { SUCCESS: ['0', 'BLUE'], UNSTABLE: ['1', 'YELLOW'], FAILURE: ['2', 'RED'] } as const;

function threshold(): Field<UpstreamSpec['threshold']> {
  const name = word<keyof typeof COLOURS>(
    'name',
    { SUCCESS: 'SUCCESS', UNSTABLE: 'UNSTABLE', FAILURE: 'FAILURE' },
    'SUCCESS',
  );
  return {
    encode(value = 'SUCCESS', form) {
      form['threshold'] = value;
    },
    read(holder, reading) {
      const child = reading.child(holder, 'threshold');
      const value = name.read(child, reading);
      for (const element of child?.elements ?? []) if (element.name !== 'name') reading.manageAll(element);
      return value;
    },
    patch(holder, value = 'SUCCESS', patching) {
      const child = childFor(holder, 'threshold');
      name.patch(child, value, patching);
      const [ordinal, color] = COLOURS[value];
      text('name').patch(child, value, patching);
      text('ordinal').patch(child, ordinal, patching);
      text('color').patch(child, color, patching);
      text('completeBuild').patch(child, 'true', patching);
    },
  };
}

const variableFields = { key: text('key'), regexpFilter: text('regexpFilter') };

function variables(name: string, javaClass: string): Field<readonly WebhookVariable[]> {
  const inner = group<WebhookVariable>(variableFields, { regexpFilter: '' });
  return listOf(name, { javaClass, inner }, (variable) => variable.key);
}

const contentVariable: Group<WebhookContentVariable> = group<WebhookContentVariable>(
  {
    ...variableFields,
    expression: text('value'),
    expressionType: word<'JSONPath' | 'XPath'>(
      'expressionType',
      { JSONPath: 'JSONPath', XPath: 'XPath' },
      'JSONPath',
    ),
    default: text('defaultValue'),
  },
  { regexpFilter: '', expressionType: 'JSONPath', default: '' },
);

/** Read in the sources of generic-webhook-trigger (GenericTrigger), not tried. */
const genericWebhook = group<GenericWebhookSpec>(
  {
    token: text('token'),
    cause: text('causeString'),
    variables: listOf(
      'genericVariables',
      { javaClass: 'org.jenkinsci.plugins.gwt.GenericVariable', inner: contentVariable },
      (variable) => variable.key,
    ),
    requestVariables: variables(
      'genericRequestVariables',
      'org.jenkinsci.plugins.gwt.GenericRequestVariable',
    ),
    headerVariables: variables('genericHeaderVariables', 'org.jenkinsci.plugins.gwt.GenericHeaderVariable'),
    filterText: text('regexpFilterText'),
    filterExpression: text('regexpFilterExpression'),
    printVariables: flag('printContributedVariables'),
    printPostContent: flag('printPostContent'),
    silentResponse: flag('silentResponse'),
  },
  {
    token: '',
    cause: '',
    variables: [],
    requestVariables: [],
    headerVariables: [],
    filterText: '',
    filterExpression: '',
    printVariables: false,
    printPostContent: false,
    silentResponse: false,
  },
  {
    spec: null,
    // What newer versions of the plugin store beside, as long as nobody set it.
    tokenCredentialId: '',
    overrideQuietPeriod: 'false',
    shouldNotFlatten: 'false',
    shouldNotFlattern: 'false',
    allowSeveralTriggersPerBuild: 'false',
  },
);

const plainToken = optionalText('authToken');

/**
 * The token for starting from outside. The form has it beside the structured JSON, behind a box to tick. Newer versions
 * of Jenkins store it encrypted, so that it cannot be compared (BuildAuthorizationToken). Read in source, not tried.
 */
const remoteToken: Field<string | undefined> = {
  encode(value, form) {
    if (value === undefined || value === '') return;
    Object.assign(form, { pseudoRemoteTrigger: 'on', authToken: realSecret(value, 'triggers.remoteToken') });
  },
  read(holder, reading) {
    const value = plainToken.read(holder, reading);
    if (value === undefined || !isEncrypted(value)) return value;
    reading.unreadable.push(reading.path.join('.'));
    return storedSecret;
  },
  patch(holder, value, patching) {
    const encrypted = isEncrypted(holder.child('authToken')?.text ?? '');
    if (encrypted && value && (value === storedSecret || !patching.rewriteSecrets)) return;
    plainToken.patch(holder, value && realSecret(value, 'triggers.remoteToken'), patching);
    if (encrypted && value) patching.secretWritten();
  },
};

type Triggers = Omit<TriggersSpec, 'remoteToken'>;

function triggersIn(place: typeof inProperty): Group<Triggers> {
  return group<Triggers>({
    cron: place('hudson.triggers.TimerTrigger', text('spec')),
    pollScm: place('hudson.triggers.SCMTrigger', pollScm),
    upstream: place('jenkins.triggers.ReverseBuildTrigger', upstream),
    genericWebhook: place('org.jenkinsci.plugins.gwt.GenericTrigger', genericWebhook),
  });
}

const now = triggersIn(inProperty);
const old = triggersIn(atTop);
const token = group<Pick<TriggersSpec, 'remoteToken'>>({ remoteToken });

/** Where triggers are left at the top of a file, they replace the property when it is loaded (WorkflowJob.onLoad). */
function hasOld(holder: XmlElement | undefined): boolean {
  return (holder?.child('triggers')?.elements.length ?? 0) > 0;
}

/** What starts builds. */
export const triggers: Field<TriggersSpec> = {
  encode(value, form) {
    now.encode(value, form);
    token.encode(value, form);
  },
  read(holder, reading) {
    const place = hasOld(holder) ? old : now;
    return { ...place.read(holder, reading), ...token.read(holder, reading) };
  },
  patch(holder, value, patching) {
    const wasOld = hasOld(holder);
    if (wasOld) old.patch(holder, value, patching);
    now.patch(holder, wasOld ? {} : value, patching);
    token.patch(holder, value, patching);
  },
};
