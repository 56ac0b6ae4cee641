import { checkSchema, forbidden, invalid, isObject, notSupported, required } from '@armillary/resource';
import type { Cause } from '@armillary/resource';
import type { KubeObject } from '../object.ts';
import { nameProblems } from '../server/object-name.ts';
import { approvalAnnotation, approvalOf, isProtectedGroup } from './api-approval.ts';
import { isTrue } from './definition.ts';
import type { Definition } from './definition.ts';
import { validateVersion } from './validate-version.ts';

type Loose = Record<string, unknown>;

/**
 * What keeps a CustomResourceDefinition from being created, or changed from `old`: apiextensions' `validation.go` for
 * v1 objects, except that webhook conversion is refused. The definition comes from outside: nothing of its form is
 * taken for granted.
 */
export function validateDefinition(object: KubeObject, old?: KubeObject): Cause[] {
  const spec = object['spec'];
  if (!isObject(spec)) return [required('spec')];
  const names = isObject(spec['names']) ? spec['names'] : {};
  const causes: Cause[] = [];
  const { name } = object.metadata;
  if (name !== `${text(names['plural'])}.${text(spec['group'])}`) {
    causes.push(invalid('metadata.name', name ?? '', 'must be spec.names.plural+"."+spec.group'));
  }
  return [
    ...causes,
    ...validateGroup(spec['group']),
    ...validateScope(spec['scope']),
    ...validateVersions(spec['versions']),
    ...validateNames(names),
    ...validateConversion(spec['conversion']),
    ...(old ? validateChange(spec, names, old as Definition) : []),
    ...validateStoredVersions(object),
    ...validateApproval(object, old),
    ...validatePreserve(spec['preserveUnknownFields']),
  ];
}

/** Scope and kind decide how objects are stored, so they are fixed once the definition is established. */
function validateChange(spec: Loose, names: Loose, old: Definition): Cause[] {
  const fixed: [string, unknown, unknown][] = [
    ['spec.group', spec['group'], old.spec.group],
    ['spec.names.plural', names['plural'], old.spec.names.plural],
  ];
  if (isTrue(old.status, 'Established')) {
    fixed.push(
      ['spec.scope', spec['scope'], old.spec.scope],
      ['spec.names.kind', names['kind'], old.spec.names.kind],
    );
  }
  return fixed.flatMap(([field, value, before]) =>
    value === before ? [] : [invalid(field, value ?? '', 'field is immutable')],
  );
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

function validateGroup(group: unknown): Cause[] {
  const name = text(group);
  if (!name) return [required('spec.group')];
  const problems = nameProblems(name);
  if (problems.length > 0) return [invalid('spec.group', name, problems.join(','))];
  return name.includes('.') ? [] : [invalid('spec.group', name, 'should be a domain with at least one dot')];
}

function validateScope(scope: unknown): Cause[] {
  if (!text(scope)) return [required('spec.scope')];
  return scope === 'Cluster' || scope === 'Namespaced'
    ? []
    : [notSupported('spec.scope', scope, ['Cluster', 'Namespaced'])];
}

function validateVersions(versions: unknown): Cause[] {
  const list = (Array.isArray(versions) ? versions : []).map((version: unknown) =>
    isObject(version) ? version : {},
  );
  const causes = sharedFirst(
    list,
    list.flatMap((version, i) => validateVersion(version, `spec.versions[${i}]`)),
  );
  causes.push(...validateSchemas(list));
  const names = list.map((version) => version['name']);
  if (new Set(names).size < names.length) {
    causes.push(invalid('spec.versions', versions, 'must contain unique version names'));
  }
  if (list.filter((version) => version['storage'] === true).length !== 1) {
    causes.push(
      invalid('spec.versions', versions ?? null, 'must have exactly one version marked as storage version'),
    );
  }
  return causes;
}

// What all versions say alike is a field of its own inside the Go server, and its causes say so.
const shareable = ['subresources', 'additionalPrinterColumns', 'selectableFields'];

function sharedFirst(versions: Loose[], causes: Cause[]): Cause[] {
  const [first, ...rest] = versions;
  const shared = shareable.filter((name) => {
    const text = JSON.stringify(first?.[name]);
    return rest.every((version) => JSON.stringify(version[name]) === text);
  });
  return causes.flatMap((cause) => {
    const [, version, name = '', tail = ''] = /^spec\.versions\[(\d+)\]\.(\w+)(.*)$/.exec(cause.field) ?? [];
    if (!shared.includes(name)) return [cause];
    return version === '0' ? [{ ...cause, field: `spec.${name}${tail}` }] : [];
  });
}

const schemaOf = (version: Loose): unknown =>
  (isObject(version['schema']) ? version['schema']['openAPIV3Schema'] : undefined) ?? undefined;
const hasStatus = (version: Loose): boolean =>
  isObject(version['subresources']) && isObject(version['subresources']['status']);

function validateSchemas(versions: Loose[]): Cause[] {
  const [first, ...rest] = versions.map((version) => JSON.stringify(schemaOf(version)));
  if (first !== undefined && rest.every((text) => text === first)) {
    const status = versions.some(hasStatus);
    return checkSchema(schemaOf(versions[0]!), 'spec.validation.openAPIV3Schema', { status });
  }
  return versions.flatMap((version, i) => {
    const at = `spec.versions[${i}].schema.openAPIV3Schema`;
    const schema = schemaOf(version);
    if (schema === undefined) return [required(at)];
    return checkSchema(schema, at, { status: hasStatus(version) });
  });
}

function validateNames(names: Loose): Cause[] {
  const causes: Cause[] = [];
  const at = (name: string): string => `spec.names.${name}`;
  for (const name of ['plural', 'singular', 'kind', 'listKind']) {
    const value = text(names[name]);
    if (!value) {
      causes.push(required(at(name)));
      continue;
    }
    const isKind = name === 'kind' || name === 'listKind';
    const problems = nameProblems(isKind ? value.toLowerCase() : value, 'dns-1035-label');
    const prefix = isKind ? 'may have mixed case, but should otherwise match: ' : '';
    if (problems.length > 0) causes.push(invalid(at(name), value, `${prefix}${problems.join(',')}`));
  }
  for (const name of ['shortNames', 'categories']) {
    const list: unknown[] = Array.isArray(names[name]) ? names[name] : [];
    list.forEach((value, i) => {
      const problems = nameProblems(text(value), 'dns-1035-label');
      if (problems.length > 0) causes.push(invalid(`${at(name)}[${i}]`, value, problems.join(',')));
    });
  }
  if (text(names['kind']) && names['kind'] === names['listKind']) {
    causes.push(invalid(at('listKind'), names['listKind'], 'kind and listKind may not be the same'));
  }
  return causes;
}

function validateConversion(conversion: unknown): Cause[] {
  if (!isObject(conversion)) return [];
  const strategy = text(conversion['strategy']);
  const at = 'spec.conversion.strategy';
  if (!strategy) return [required(at)];
  if (strategy === 'Webhook') {
    const { message, ...cause } = notSupported(at, strategy, ['None']);
    const advice =
      'this server does not call conversion webhooks; use None when the versions have the same fields, or serve one version';
    return [{ ...cause, message: `${message}: ${advice}` }];
  }
  if (strategy !== 'None') return [notSupported(at, strategy, ['None', 'Webhook'])];
  return conversion['webhook'] === undefined
    ? []
    : [forbidden('spec.conversion.webhook', 'should not be set when strategy is not set to Webhook')];
}

function validatePreserve(preserve: unknown): Cause[] {
  if (preserve !== true) return [];
  return [
    invalid(
      'spec.preserveUnknownFields',
      true,
      'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
    ),
  ];
}

/** Versions in which objects may still be stored have to stay. */
function validateStoredVersions(object: KubeObject): Cause[] {
  const { spec, status } = object as Definition;
  const names = new Set((Array.isArray(spec?.versions) ? spec.versions : []).map((version) => version?.name));
  return (status?.storedVersions ?? []).flatMap((version, i) =>
    names.has(version)
      ? []
      : [invalid(`status.storedVersions[${i}]`, version, 'must appear in spec.versions')],
  );
}

// An update is refused only when it changes the approval for the worse.
function validateApproval(object: KubeObject, old: KubeObject | undefined): Cause[] {
  const group = text((object['spec'] as Loose | undefined)?.['group']);
  if (!isProtectedGroup(group)) return [];
  const { state, reason } = approvalOf(object.metadata.annotations);
  if (old && approvalOf(old.metadata.annotations).state === state) return [];
  const field = `metadata.annotations[${approvalAnnotation}]`;
  if (state === 'missing') return [required(field, reason)];
  return state === 'invalid'
    ? [invalid(field, object.metadata.annotations?.[approvalAnnotation], reason)]
    : [];
}
