import { find, element, type XmlElement } from '../xml.ts';
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
import { encryptSecret } from './parameters.ts';
import { submitScm } from './submit-scm.ts';

const JOB_PROPERTIES = 'org.jenkinsci.plugins.workflow.job.properties';
const CPS_PLUGIN = 'workflow-cps@4183.v94b_6fd39da_c1';

/** What `configSubmit` takes beside the structured form. */
export interface SubmittedFields {
  /** A request parameter, such as `description`. */
  readonly parameter: (name: string) => string | null;
}

/**
 * The document that a submitted form makes of a pipeline: a full replacement of what the form can hold.
 * What is not sent is dropped: no `enable` disables, no `definition` loses the script.
 */
export function submitPipeline(old: XmlElement, form: FormObject, fields: SubmittedFields): XmlElement {
  const description = fields.parameter('description');
  const token = fields.parameter('pseudoRemoteTrigger') === null ? null : fields.parameter('authToken');
  const quiet = fields.parameter('hasCustomQuietPeriod') === null ? null : fields.parameter('quiet_period');
  return element(
    'flow-definition',
    [
      find(old, 'actions'),
      description === null ? undefined : element('description', description),
      optionalElement(form, 'displayNameOrNull', 'displayName'),
      element('keepDependencies', false),
      element('properties', submitProperties(form['properties'])),
      isFormObject(form['definition']) ? submitDefinition(form['definition']) : undefined,
      element('triggers'),
      quiet === null ? undefined : element('quietPeriod', quiet),
      token ? element('authToken', token) : undefined,
      element('disabled', form['enable'] !== true),
    ],
    { plugin: 'workflow-job@1546.v62a_c59c112dd' },
  );
}

/** Makes the element of a property from its form; undefined when it is switched off. */
type PropertyReader = (form: FormObject, name: string) => XmlElement | undefined;

/** A property whose fields are stored as they come; `specified` is the check box before it. */
const plainProperty: PropertyReader = (form, name) => {
  if (form['specified'] === false) return undefined;
  const { specified: _, ...rest } = form;
  return boundElement(name, rest, false);
};

/** The properties that the server knows, in the order in which it stores them. Others in the form are ignored. */
const PROPERTIES: Readonly<Record<string, PropertyReader>> = {
  'jenkins.model.BuildDiscarderProperty': (form, name) =>
    form['specified'] === false ? undefined : element(name, [submitDiscarder(form['strategy'])]),
  [`${JOB_PROPERTIES}.DisableConcurrentBuildsJobProperty`]: (form, name) =>
    form['specified'] === false
      ? undefined
      : element(name, [element('abortPrevious', form['abortPrevious'] === true)]),
  [`${JOB_PROPERTIES}.DisableResumeJobProperty`]: plainProperty,
  [`${JOB_PROPERTIES}.DurabilityHintJobProperty`]: plainProperty,
  'com.coravy.hudson.plugins.github.GithubProjectProperty': plainProperty,
  'hudson.model.ParametersDefinitionProperty': (form, name) =>
    form['specified'] === false
      ? undefined
      : element(name, [
          element('parameterDefinitions', formList(form['parameterDefinitions']).map(submitParameter)),
        ]),
  [`${JOB_PROPERTIES}.PipelineTriggersJobProperty`]: (form, name) => {
    const triggers = submitTriggers(form['triggers']);
    return triggers.length === 0 ? undefined : element(name, [element('triggers', triggers)]);
  },
};

/** Keys of the bag are class names with dashes for `.` and `$`. */
function submitProperties(bag: unknown): readonly XmlElement[] {
  if (!isFormObject(bag)) return [];
  return Object.entries(PROPERTIES)
    .map(([name, read]) => {
      const form = bag[name.replace(/[.$]/g, '-')];
      return isFormObject(form) ? read(form, name) : undefined;
    })
    .filter((property) => property !== undefined);
}

/** Empty numbers mean no limit, which is stored as -1. */
function submitDiscarder(strategy: unknown): XmlElement {
  if (!isFormObject(strategy) || classOf(strategy) !== 'hudson.tasks.LogRotator')
    throw new UnknownClassError('strategy');
  const count = (name: string): XmlElement => element(name, optionalText(strategy, `${name}Str`) ?? '-1');
  return element(
    'strategy',
    [
      ...['daysToKeep', 'numToKeep', 'artifactDaysToKeep', 'artifactNumToKeep'].map(count),
      element('removeLastBuild', strategy['removeLastBuild'] === true),
    ],
    { class: 'hudson.tasks.LogRotator' },
  );
}

/**
 * A parameter definition. Choices come as lines and are stored as an array; a password's default is read from
 * `defaultValueAsSecret` alone; an empty text is no default at all.
 */
function submitParameter(form: FormObject): XmlElement {
  const type = classOf(form);
  const text = optionalText(form, 'defaultValue');
  const secret = optionalText(form, 'defaultValueAsSecret');
  const choices = textIn(form, 'choices').split(/\r?\n/);
  const own: Readonly<Record<string, () => readonly (XmlElement | undefined)[]>> = {
    StringParameterDefinition: () => [
      text === undefined ? undefined : element('defaultValue', text),
      element('trim', form['trim'] === true),
    ],
    TextParameterDefinition: () => [
      text === undefined ? undefined : element('defaultValue', text),
      element('trim', form['trim'] === true),
    ],
    BooleanParameterDefinition: () => [
      element('defaultValue', form['defaultValue'] === true || form['defaultValue'] === 'true'),
    ],
    ChoiceParameterDefinition: () => [
      element(
        'choices',
        [
          element(
            'a',
            choices.map((choice) => element('string', choice)),
            { class: 'string-array' },
          ),
        ],
        {
          class: 'java.util.Arrays$ArrayList',
        },
      ),
    ],
    PasswordParameterDefinition: () => [
      secret === undefined ? undefined : element('defaultValue', encryptSecret(secret)),
    ],
    FileParameterDefinition: () => [],
    RunParameterDefinition: () => [
      optionalElement(form, 'projectName'),
      element('filter', optionalText(form, 'filter') ?? 'ALL'),
    ],
  };
  const fields = type.startsWith('hudson.model.') ? own[type.slice('hudson.model.'.length)] : undefined;
  if (!fields) throw new UnknownClassError(type);
  return element(type, [
    element('name', textIn(form, 'name')),
    optionalElement(form, 'description'),
    ...fields(),
  ]);
}

/** Triggers in the order of their class names; the field of SCM polling has a name of its own in the form. */
function submitTriggers(bag: unknown): readonly XmlElement[] {
  if (!isFormObject(bag)) return [];
  const timer = bag['hudson-triggers-TimerTrigger'];
  const scm = bag['hudson-triggers-SCMTrigger'];
  const found: XmlElement[] = [];
  if (isFormObject(scm)) {
    found.push(
      element('hudson.triggers.SCMTrigger', [
        element('spec', textIn(scm, 'scmpoll_spec')),
        element('ignorePostCommitHooks', scm['ignorePostCommitHooks'] === true),
      ]),
    );
  }
  if (isFormObject(timer))
    found.push(element('hudson.triggers.TimerTrigger', [element('spec', textIn(timer, 'spec'))]));
  for (const known of [
    'org.jenkinsci.plugins.gwt.GenericTrigger',
    'com.cloudbees.jenkins.GitHubPushTrigger',
  ]) {
    const form = bag[known.replace(/[.$]/g, '-')];
    if (isFormObject(form)) found.push(boundElement(known, { spec: '', ...form }, false));
  }
  return found;
}

/** Where the script comes from. */
function submitDefinition(form: FormObject): XmlElement {
  const type = classOf(form);
  const attributes = { class: type, plugin: CPS_PLUGIN };
  if (type === 'org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition') {
    const script = element('script', textIn(form, 'script'));
    return element('definition', [script, element('sandbox', form['sandbox'] === true)], attributes);
  }
  if (type === 'org.jenkinsci.plugins.workflow.cps.CpsScmFlowDefinition') {
    const scm = isFormObject(form['scm']) ? submitScm(form['scm']) : undefined;
    return element(
      'definition',
      [
        scm,
        element('scriptPath', textIn(form, 'scriptPath')),
        element('lightweight', form['lightweight'] === true),
      ],
      attributes,
    );
  }
  throw new UnknownClassError(type);
}
