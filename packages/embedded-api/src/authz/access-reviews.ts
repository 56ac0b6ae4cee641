import { invalid as invalidValue } from '@armillary/resource';
import type { KubeObject } from '../object.ts';
import type { RequestAttributes } from '../served-resource.ts';
import type { VirtualResource } from '../server/admission.ts';
import { badRequest, invalid, type StatusCause } from '../status-error.ts';
import type { UserInfo } from '../user-info.ts';
import { aggregate, type Authorizer } from './authorizer.ts';

const group = 'authorization.k8s.io';

interface AccessReviewSpec {
  user?: string;
  groups?: string[];
  uid?: string;
  extra?: Record<string, string[]>;
  resourceAttributes?: Partial<
    Record<'namespace' | 'verb' | 'group' | 'version' | 'resource' | 'subresource' | 'name', string>
  >;
  nonResourceAttributes?: { path?: string; verb?: string };
}

const checkAttributes = ({ resourceAttributes, nonResourceAttributes }: AccessReviewSpec): StatusCause[] => {
  if (resourceAttributes && nonResourceAttributes)
    return [
      invalidValue(
        'spec.nonResourceAttributes',
        nonResourceAttributes,
        'cannot be specified in combination with resourceAttributes',
      ),
    ];
  if (!resourceAttributes && !nonResourceAttributes)
    return [
      invalidValue(
        'spec.resourceAttributes',
        null,
        'exactly one of nonResourceAttributes or resourceAttributes must be specified',
      ),
    ];
  return [];
};

const checkSubject = ({ user, groups }: AccessReviewSpec): StatusCause[] =>
  !user && !groups?.length
    ? [invalidValue('spec.user', '', 'at least one of user or group must be specified')]
    : [];

const attributesOf = (spec: AccessReviewSpec, user: UserInfo): RequestAttributes => {
  const asked = spec.resourceAttributes;
  return {
    user,
    verb: (asked ?? spec.nonResourceAttributes)?.verb ?? '',
    group: asked?.group ?? '',
    version: asked?.version ?? '',
    resource: asked?.resource ?? '',
    subresource: asked?.subresource ?? '',
    namespace: asked?.namespace ?? '',
    name: asked?.name ?? '',
    resourceRequest: asked !== undefined,
    path: spec.nonResourceAttributes?.path ?? '',
  };
};

const subjectOf = ({ user, groups, uid, extra }: AccessReviewSpec): UserInfo => ({
  username: user ?? '',
  groups: groups ?? [],
  ...(uid ? { uid } : {}),
  ...(extra ? { extra } : {}),
});

const specOf = (review: KubeObject): AccessReviewSpec => review['spec'] ?? {};

/** Reviews of this kind answer a question and are stored nowhere, so nothing but the question may be in them. */
const refuse = (kind: string, causes: StatusCause[]): void => {
  if (causes.length > 0) throw invalid({ group, kind }, '', causes);
};

const reviewedBy = (authorizer: Authorizer, review: KubeObject, user: UserInfo): KubeObject => {
  const { allowed, reason } = authorizer.authorize(attributesOf(specOf(review), user));
  return { ...review, status: { allowed, ...(reason ? { reason } : {}) } };
};

const selfSubjectAccessReview = (authorizer: Authorizer): VirtualResource => ({
  group,
  plural: 'selfsubjectaccessreviews',
  create({ object, user }) {
    refuse('SelfSubjectAccessReview', checkAttributes(specOf(object)));
    return reviewedBy(authorizer, object, user);
  },
});

const subjectAccessReview = (authorizer: Authorizer): VirtualResource => ({
  group,
  plural: 'subjectaccessreviews',
  create({ object }) {
    const spec = specOf(object);
    refuse('SubjectAccessReview', [...checkAttributes(spec), ...checkSubject(spec)]);
    return reviewedBy(authorizer, object, subjectOf(spec));
  },
});

const localSubjectAccessReview = (authorizer: Authorizer): VirtualResource => ({
  group,
  plural: 'localsubjectaccessreviews',
  create({ object, namespace }) {
    const spec = specOf(object);
    const causes = [...checkAttributes(spec), ...checkSubject(spec)];
    const asked = spec.resourceAttributes?.namespace ?? '';
    if (spec.resourceAttributes && asked !== namespace)
      causes.push(invalidValue('spec.resourceAttributes.namespace', asked, 'must match metadata.namespace'));
    if (spec.nonResourceAttributes)
      causes.push(
        invalidValue(
          'spec.nonResourceAttributes',
          spec.nonResourceAttributes,
          'disallowed on this kind of request',
        ),
      );
    refuse('LocalSubjectAccessReview', causes);
    return reviewedBy(authorizer, object, subjectOf(spec));
  },
});

const selfSubjectRulesReview = (authorizer: Authorizer): VirtualResource => ({
  group,
  plural: 'selfsubjectrulesreviews',
  create({ object, user }) {
    const namespace = (object['spec'] as { namespace?: string } | undefined)?.namespace;
    if (!namespace) throw badRequest('no namespace on request');
    const { rules, errors } = authorizer.rulesFor(user, namespace);
    const status = {
      resourceRules: rules
        .filter((rule) => rule.resources?.length)
        .map(({ verbs, apiGroups, resources, resourceNames }) => ({
          verbs,
          apiGroups,
          resources,
          ...(resourceNames?.length ? { resourceNames } : {}),
        })),
      nonResourceRules: rules
        .filter((rule) => rule.nonResourceURLs?.length)
        .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
      incomplete: false,
      ...(errors.length > 0 ? { evaluationError: aggregate(errors) } : {}),
    };
    return { ...object, status };
  },
});

/** The four kinds of `authorization.k8s.io/v1` that ask what somebody may do (`kubectl auth can-i`). */
export const accessReviews = (authorizer: Authorizer): VirtualResource[] => [
  selfSubjectAccessReview(authorizer),
  subjectAccessReview(authorizer),
  localSubjectAccessReview(authorizer),
  selfSubjectRulesReview(authorizer),
];
