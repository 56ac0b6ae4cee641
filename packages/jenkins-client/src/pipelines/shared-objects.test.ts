import { describe, expect, test } from 'vitest';
import type { ParameterSpec } from './spec.ts';
import { patchStored } from './stored.ts';

function wrap(parameters: string): string {
  return `<flow-definition><properties><hudson.model.ParametersDefinitionProperty><parameterDefinitions>${parameters}</parameterDefinitions></hudson.model.ParametersDefinitionProperty></properties><definition class="org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition"><script/></definition></flow-definition>`;
}

function merge(text: string, parameters: readonly ParameterSpec[]): string {
  return patchStored(text, { kind: 'inline', script: '', parameters }, false).text;
}

describe('objects that are shared', () => {
  const shared = (path: string): string =>
    wrap(
      `<hudson.model.StringParameterDefinition><name>A</name></hudson.model.StringParameterDefinition><hudson.model.StringParameterDefinition><name>B</name><x.Shared/></hudson.model.StringParameterDefinition><x.Y><of reference="${path}"/></x.Y>`,
    );

  test('are still found when the elements before them go', () => {
    const text = shared('../../hudson.model.StringParameterDefinition[2]/x.Shared');
    const changed = merge(text, [{ type: 'string', name: 'B' }]);
    expect(changed).toContain('<of reference="../../hudson.model.StringParameterDefinition/x.Shared"/>');
    const added = merge(text, [
      { type: 'string', name: 'B' },
      { type: 'string', name: 'A' },
    ]);
    expect(added).toContain('<of reference="../../hudson.model.StringParameterDefinition/x.Shared"/>');
  });

  test('do not go while somebody else needs them', () => {
    const text = shared('../../hudson.model.StringParameterDefinition[2]');
    expect(() => merge(text, [{ type: 'string', name: 'A' }])).toThrow(
      expect.objectContaining({ code: 'Conflict' }) as Error,
    );
  });

  test('may be named from the root, and paths that lead nowhere are left alone', () => {
    const path =
      '/flow-definition/properties/hudson.model.ParametersDefinitionProperty/parameterDefinitions/hudson.model.StringParameterDefinition[2]';
    expect(merge(shared(path), [{ type: 'string', name: 'B' }])).toContain(
      '<of reference="../../hudson.model.StringParameterDefinition"/>',
    );
    const nowhere = shared('../../../../../../../a[0]/b[x]');
    expect(merge(nowhere, [])).toContain('reference="../../../../../../../a[0]/b[x]"');
  });
});
