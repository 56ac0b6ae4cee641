import { describe, expect, test } from 'vitest';

import { recording } from '../recording.ts';
import { renderXml } from '../xml.ts';
import { Configuration } from './configuration.ts';
import { UnknownClassError, type FormObject } from './form-xml.ts';
import { decryptSecret, readParameters } from './parameters.ts';
import { MissingFormPartError, submitFolder, submitMultibranch } from './submit-folder.ts';
import { submitPipeline } from './submit-pipeline.ts';

function recordedForm(name: string): {
  form: FormObject;
  fields: { parameter: (field: string) => string | null };
} {
  const fields = new URLSearchParams(recording(name).request.body);
  return {
    form: JSON.parse(fields.get('json') ?? '') as FormObject,
    fields: { parameter: (field) => fields.get(field) },
  };
}

const shell = Configuration.empty('pipeline').document;
const none = { parameter: () => null };

describe('a form makes the document that Jenkins made of it', () => {
  test.each([
    ['02-items-24-pipeline-configSubmit', '02-items-25-pipeline-config-xml'],
    ['02-items-32-scm-pipeline-configSubmit', '02-items-33-scm-pipeline-config-xml'],
    ['12-replace-01-submit-1', '12-replace-02-xml-1'],
    ['12-replace-03-submit-2-without-property', '12-replace-04-xml-2'],
    ['12-replace-05-submit-3-no-definition', '12-replace-06-xml-3'],
  ])('%s', (sent, stored) => {
    const { form, fields } = recordedForm(sent);
    expect(renderXml(submitPipeline(shell, form, fields))).toBe(recording(stored).response.body);
  });

  test('02-items-35-mb-configSubmit', () => {
    const { form } = recordedForm('02-items-35-mb-configSubmit');
    expect(renderXml(submitMultibranch(form))).toBe(recording('02-items-36-mb-config-xml').response.body);
  });
});

describe('what the form of a pipeline holds', () => {
  const parameter = (kind: string, more: FormObject = {}): Configuration => {
    const definition = { 'stapler-class': `hudson.model.${kind}ParameterDefinition`, name: 'P', ...more };
    const property = { specified: true, parameterDefinitions: definition };
    const form = { enable: true, properties: { 'hudson-model-ParametersDefinitionProperty': property } };
    return Configuration.of(submitPipeline(shell, form, none));
  };
  const read = (config: Configuration) =>
    readParameters(config.property('hudson.model.ParametersDefinitionProperty'));

  test.each([
    ['String', { defaultValue: 'a' }, 'a'],
    ['String', {}, undefined],
    ['Text', { defaultValue: 'a\nb' }, 'a\nb'],
    ['Boolean', { defaultValue: true }, true],
    ['Boolean', {}, false],
    ['Choice', { choices: 'x\ny' }, 'x'],
  ])('%s parameter %j', (kind, more, value) => {
    expect(read(parameter(kind, more))[0]).toMatchObject({ name: 'P', default: value });
  });

  test('a password takes its default only as a secret, and is not stored as it is', () => {
    expect(read(parameter('Password', { defaultValue: 'lost' }))[0]?.default).toBeUndefined();
    const config = parameter('Password', { defaultValueAsSecret: 's3cret' });
    expect(config.text).not.toContain('s3cret');
    expect(decryptSecret(String(read(config)[0]?.default))).toBe('s3cret');
  });

  test('without enable it is disabled; a trigger outside the property is ignored; the token has fields of its own', () => {
    const parameters: Record<string, string> = { pseudoRemoteTrigger: 'on', authToken: 'tok' };
    const config = Configuration.of(
      submitPipeline(
        shell,
        { 'hudson-triggers-TimerTrigger': { spec: '@daily' } },
        { parameter: (name) => parameters[name] ?? null },
      ),
    );
    expect(config).toMatchObject({ disabled: true, authToken: 'tok', description: null });
    expect(config.text).not.toContain('@daily');
  });

  test('triggers live in the property', () => {
    const triggers = {
      'hudson-triggers-TimerTrigger': { spec: '@daily' },
      'hudson-triggers-SCMTrigger': { scmpoll_spec: '@hourly', ignorePostCommitHooks: true },
    };
    const key = 'org-jenkinsci-plugins-workflow-job-properties-PipelineTriggersJobProperty';
    const { text } = Configuration.of(
      submitPipeline(shell, { enable: true, properties: { [key]: { triggers } } }, none),
    );
    expect(text).toContain('<spec>@daily</spec>');
    expect(text).toContain('<ignorePostCommitHooks>true</ignorePostCommitHooks>');
  });

  test.each([
    { definition: { 'stapler-class': 'no.Such' } },
    {
      definition: {
        'stapler-class': 'org.jenkinsci.plugins.workflow.cps.CpsScmFlowDefinition',
        scm: { 'stapler-class': 'no.Scm' },
      },
    },
    {
      properties: {
        'jenkins-model-BuildDiscarderProperty': { specified: true, strategy: { 'stapler-class': 'no.Such' } },
      },
    },
    {
      properties: {
        'hudson-model-ParametersDefinitionProperty': {
          parameterDefinitions: [{ 'stapler-class': 'no.Such' }],
        },
      },
    },
  ])('an unknown class is refused: %j', (form) => {
    expect(() => submitPipeline(shell, form, none)).toThrow(UnknownClassError);
  });
});

describe('what the form of a folder must hold', () => {
  const icon = { 'stapler-class': 'com.cloudbees.hudson.plugins.folder.icons.StockFolderIcon' };

  test('a description and an icon', () => {
    expect(() => submitFolder({ icon })).toThrow(MissingFormPartError);
    expect(() => submitFolder({ description: '' })).toThrow(MissingFormPartError);
    expect(() => submitFolder({ description: '', icon: { 'stapler-class': 'no.Such' } })).toThrow(
      UnknownClassError,
    );
    expect(Configuration.of(submitFolder({ description: 'd', displayNameOrNull: 'D', icon }))).toMatchObject({
      description: 'd',
      displayName: 'D',
    });
  });

  test('a source that no plugin has is refused', () => {
    const form = {
      description: '',
      icon: { 'stapler-class': 'jenkins.branch.MetadataActionFolderIcon' },
      sources: { source: { 'stapler-class': 'no.Source' } },
    };
    expect(() => submitMultibranch(form)).toThrow(UnknownClassError);
  });
});

describe('a posted document', () => {
  test('is kept as it is, with what no plugin knows', () => {
    const { request, response } = recording('12-replace-10-xml-after-unknown');
    expect(request.method).toBe('GET');
    const posted = recording('12-replace-09-xml-unknown-property').request.body ?? '';
    expect(Configuration.posted(posted).text).toBe(response.body);
  });

  test('is written anew by the small forms, and still keeps that', () => {
    const config = Configuration.posted(recording('12-replace-09-xml-unknown-property').request.body ?? '');
    config.set('disabled', true, ['triggers']);
    expect(config.disabled).toBe(true);
    expect(config.text).toContain('<no.such.Plugin>\n      <a>1</a>');
  });
});
