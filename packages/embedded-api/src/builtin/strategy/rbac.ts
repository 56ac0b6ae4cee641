import { isDeepStrictEqual } from 'node:util';
import type { Strategy } from '../../served-resource.ts';
import type { StatusCause } from '../../status-error.ts';
import { at, listAt, objectAt, textAt, textsAt } from '../read-field.ts';
import { invalidValue, notSupported, required } from './field-error.ts';

const GROUP = 'rbac.authorization.k8s.io';

const rules = (list: readonly Record<string, unknown>[], clusterScoped: boolean): StatusCause[] =>
  list.flatMap((rule, i) => {
    const field = `rules[${i}]`;
    const causes: StatusCause[] = [];
    if (listAt(rule, 'verbs').length === 0)
      causes.push(required(`${field}.verbs`, 'verbs must contain at least one value'));
    if (textsAt(rule, 'nonResourceURLs').length > 0) {
      if (!clusterScoped)
        causes.push(
          invalidValue(
            `${field}.nonResourceURLs`,
            rule['nonResourceURLs'],
            'namespaced rules cannot apply to non-resource URLs',
          ),
        );
      if (['apiGroups', 'resources', 'resourceNames'].some((name) => listAt(rule, name).length > 0))
        causes.push(
          invalidValue(
            `${field}.nonResourceURLs`,
            rule['nonResourceURLs'],
            'rules cannot apply to both regular resources and non-resource URLs',
          ),
        );
      return causes;
    }
    if (listAt(rule, 'apiGroups').length === 0)
      causes.push(required(`${field}.apiGroups`, 'resource rules must supply at least one api group'));
    if (listAt(rule, 'resources').length === 0)
      causes.push(required(`${field}.resources`, 'resource rules must supply at least one resource'));
    return causes;
  });

/** Roles. */
export const roleStrategy: Strategy = {
  nameRule: 'path-segment',
  validate: (object) => rules(listAt(object, 'rules'), false),
};

/** ClusterRoles. */
export const clusterRoleStrategy: Strategy = {
  nameRule: 'path-segment',
  validate: (object) => [
    ...rules(listAt(object, 'rules'), true),
    ...(at(object, 'aggregationRule') !== undefined &&
    listAt(object, 'aggregationRule.clusterRoleSelectors').length === 0
      ? [
          required(
            'aggregationRule.clusterRoleSelectors',
            'at least one clusterRoleSelector required if aggregationRule is non-nil',
          ),
        ]
      : []),
  ],
};

const subject = (s: Record<string, unknown>, field: string, clusterScoped: boolean): StatusCause[] => {
  const causes = textAt(s, 'name') === '' ? [required(`${field}.name`)] : [];
  const group = textAt(s, 'apiGroup');
  switch (textAt(s, 'kind')) {
    case 'ServiceAccount':
      if (group !== '') causes.push(notSupported(`${field}.apiGroup`, group, ['']));
      if (clusterScoped && textAt(s, 'namespace') === '') causes.push(required(`${field}.namespace`));
      break;
    case 'User':
    case 'Group':
      if (group !== GROUP) causes.push(notSupported(`${field}.apiGroup`, group, [GROUP]));
      break;
    default:
      causes.push(notSupported(`${field}.kind`, textAt(s, 'kind'), ['ServiceAccount', 'User', 'Group']));
  }
  return causes;
};

const binding = (clusterScoped: boolean): Strategy => ({
  nameRule: 'path-segment',
  default(object) {
    const ref = objectAt(object, 'roleRef');
    ref['apiGroup'] ||= GROUP;
    for (const s of listAt(object, 'subjects'))
      if (s['kind'] === 'User' || s['kind'] === 'Group') s['apiGroup'] ||= GROUP;
  },
  validate(object) {
    const kinds = clusterScoped ? ['ClusterRole'] : ['Role', 'ClusterRole'];
    const ref = objectAt(object, 'roleRef');
    return [
      ...(ref['apiGroup'] === GROUP
        ? []
        : [notSupported('roleRef.apiGroup', ref['apiGroup'] ?? '', [GROUP])]),
      ...(kinds.includes(textAt(ref, 'kind'))
        ? []
        : [notSupported('roleRef.kind', textAt(ref, 'kind'), kinds)]),
      ...(textAt(ref, 'name') === '' ? [required('roleRef.name')] : []),
      ...listAt(object, 'subjects').flatMap((s, i) => subject(s, `subjects[${i}]`, clusterScoped)),
    ];
  },
  validateUpdate: (object, old) =>
    isDeepStrictEqual(at(object, 'roleRef'), at(old, 'roleRef'))
      ? []
      : [invalidValue('roleRef', at(object, 'roleRef'), 'cannot change roleRef')],
});

/** RoleBindings. */
export const roleBindingStrategy: Strategy = binding(false);

/** ClusterRoleBindings. */
export const clusterRoleBindingStrategy: Strategy = binding(true);
