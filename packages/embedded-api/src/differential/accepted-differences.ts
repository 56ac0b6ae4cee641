import type { Difference } from './compare-answers.ts';

/** A difference from the recorded servers that is known. */
export interface KnownDifference {
  /** Matches `case/step`. */
  exchange: RegExp;
  /** Matches the path into the answer. */
  path: RegExp;
  /** Further narrowing by the values. */
  when?: (difference: Difference) => boolean;
  reason: string;
}

const anywhere = /./;
const oneCause = /^body\.(message|details\.causes\.\d+.*)$/;
const refusal = /^(status|contentType|warnings.*|body.*)$/;
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const owned =
  '^body\\.(rows\\.\\d+\\.object\\.|items\\.\\d+\\.|\\d+\\.object\\.)?metadata\\.managedFields\\.';

/** What is newer in the embedded server than in kube-apiserver 1.20: it behaves as 1.34 does. */
const newerKubernetes: KnownDifference[] = [
  {
    exchange: anywhere,
    path: /template\.metadata\.creationTimestamp$/,
    when: ({ real, ours }) => real === null && ours === undefined,
    reason: 'Current types leave out a creation time that is not set.',
  },
  {
    exchange: anywhere,
    path: new RegExp(`${owned}.*f:(selector|nodeSelector|involvedObject|roleRef)\\.`),
    reason: 'These maps became atomic: they are owned whole.',
  },
  {
    exchange: anywhere,
    path: new RegExp(`${owned}.*f:ownerReferences\\.`),
    reason: 'Owner references became atomic: each is owned whole.',
  },
  {
    exchange: /^(apply-dropped-fields|apply-lists\/volumes|apply-service)/,
    path: new RegExp(owned),
    reason: 'Empty maps in a configuration are owned since 1.22, and so is an applied emptyDir.',
  },
  {
    exchange: /^(objects-kinds|reading-tables|access-namespaces)/,
    path: new RegExp(
      `${owned}(\\d+$|\\d+\\.(subresource|manager)|\\d+\\.fieldsV1\\.f:(status|spec|metadata))`,
    ),
    reason:
      'Since 1.22 writes through a subresource have entries of their own, and status set through the object has none.',
  },
  {
    exchange: /^(objects-kinds|reading-tables|apply-service)/,
    path: /(spec\.|f:)(internalTrafficPolicy|ipFamilies|ipFamilyPolicy)$/,
    reason: 'Services have had these fields since 1.21.',
  },
  {
    exchange: /^(objects-kinds|reading-tables)\/.*(pod|running|failed)/,
    path: /metadata\.generation$/,
    reason: 'Pods have a generation since 1.33.',
  },
  {
    exchange: /^reading-tables\/.*pod as table/,
    path: /columnDefinitions\.3\.type|cells\.3$/,
    reason: 'Restarts are text since 1.22, to tell when the last one was.',
  },
  {
    exchange: anywhere,
    path: /kubernetes\.io\/metadata\.name|^body\.(rows\.0\.object\.)?metadata\.labels$/,
    reason: 'Namespaces carry their name as a label since 1.21.',
  },
  {
    exchange: /^objects-kinds\/event in the other group/,
    path: /^body\.reporting(Controller|Instance)$/,
    reason: 'Current types of events.k8s.io always write these fields.',
  },
  {
    exchange: /^apply-(lists|managed-fields|metadata|service)/,
    path: refusal,
    when: ({ real, ours }) =>
      /typed patch object|merge config|omits all key|invalid object type/.test(`${text(real)} ${text(ours)}`),
    reason: 'Current servers name the object in this message, and check the kind before they merge.',
  },
  {
    exchange: /^apply-(lists\/container without a name|managed-fields\/another kind)$/,
    path: refusal,
    reason: 'Current servers refuse these before validation: items without keys, and another kind.',
  },
  {
    exchange: /^apply-(lists\/add an env|metadata\/)/,
    path: /(containers\.\d+\.(env|image|name)|finalizers\.\d+)$/,
    reason: 'Merged lists follow the order of the applied configuration since 1.22.',
  },
  {
    exchange: /^apply-kubectl-upgrade\/by kubectl again$/,
    path: oneCause,
    reason: 'Owning nothing but a map itself no longer counts as owning all of it.',
  },
  {
    exchange: /^(objects-kinds|access-namespaces|apply-lists)/,
    path: /metadata\.resourceVersion$/,
    reason:
      'Status sent through the main resource is dropped before anything is compared, so it is no change.',
  },
  {
    exchange: anywhere,
    path: /^warnings\.0$/,
    when: ({ real }) => real === undefined,
    reason: 'Field validation warns of unknown fields since 1.25.',
  },
  {
    exchange: /^reading-discovery/,
    path: /singularName|storageVersionHash|versions\.1$/,
    reason:
      'Discovery names the singular since 1.27; beta versions of these groups are gone, and hashes with them.',
  },
  {
    exchange: /^reading-discovery\/resources of endpoint slices$/,
    path: refusal,
    reason: 'discovery.k8s.io/v1beta1 was removed in 1.25.',
  },
  {
    exchange: /^reading-paging\/(any version|at least a version)$/,
    path: /^body\.items/,
    reason: 'Lists from the watch cache are sorted since 1.23.',
  },
  {
    exchange: /^(reading-paging|reading-watch)\/(version that is no number|unknown match)$/,
    path: refusal,
    reason: 'Current servers answer 422 to a version that is no number, and do not list the empty match.',
  },
  {
    exchange: /^reading-tables\/role$/,
    path: /^body\.rules$/,
    reason: 'An empty list that was sent stays a list in current types.',
  },
  {
    exchange: /^objects-names\/server fields set$/,
    path: /generation|managedFields/,
    reason: 'Current servers clear what only they set before they track ownership.',
  },
];

/** Where the real server's answer is a detail of its implementation, or says less. */
const ownWords: KnownDifference[] = [
  {
    exchange: anywhere,
    path: /items\.\d+\.(kind|apiVersion)$/,
    when: ({ real }) => real === undefined,
    reason: 'Items of lists carry their type also for built-in kinds: nobody has to guess it.',
  },
  {
    exchange: anywhere,
    path: /columnDefinitions(\.\d+\.description)?$/,
    reason: 'Column descriptions are our own words, and every table of a watch has its columns.',
  },
  {
    exchange: /^patch-/,
    path: /^(status|body\.(code|message|reason|details(\.causes.*)?))$/,
    when: ({ exchange }) =>
      /wrong type|broken|not an? |changed|malformed|unknown (directive|operation)|delete without|item without|merge directive|order that|remove again|test fails|missing|out of range|no list index|retain keys that|type of patch|invalid label/.test(
        exchange,
      ),
    reason:
      'A patch that cannot be carried out is 400 or 422 with the cause named. The real server keeps causes of JSON patches to itself, and answers 500 to malformed strategic patches.',
  },
  {
    exchange: /^objects-(requests|lifecycle|kinds)/,
    path: oneCause,
    when: ({ real, ours }) =>
      /cannot be handled as|unrecognized|is not valid JSON|does not match the expected|is not a ConfigMap|does not match the namespace|accepted/.test(
        `${text(real)} ${text(ours)}`,
      ),
    reason: 'The real message quotes Go packages and decoders; ours says what is wrong with the body.',
  },
  {
    exchange: anywhere,
    path: oneCause,
    when: ({ real }) => /v1\.|\[\]string\{|map\[string\]|rbac\.|core\.PodSpec/.test(text(real)),
    reason: 'The real message prints Go values; ours prints JSON.',
  },
  {
    exchange: anywhere,
    path: oneCause,
    when: ({ real, ours }) =>
      text(real).replaceAll(/must have at most/g, 'may not be more than') === text(ours),
    reason: 'Current wording of the same limit.',
  },
  {
    exchange:
      /^objects-(names|deletion)\/(invalid (finalizer|owner|generateName|label)|two controllers|no new finalizers)/,
    path: /^body\.(message|details\.(name|causes.*))$/,
    reason:
      'The real server validates metadata twice and repeats itself, and omits the index of an owner reference.',
  },
  {
    exchange: /^patch-merge\/uid changed$/,
    path: refusal,
    reason: 'A changed uid is a failed precondition for every kind of write.',
  },
  {
    exchange: /^objects-lifecycle\/(another uid|precondition fails)/,
    path: /^body\.(message|details\.kind)$/,
    reason:
      'One text for all failed preconditions, without storage keys, and the resource named as elsewhere.',
  },
  {
    exchange: /^objects-names\/resource version set$/,
    path: refusal,
    reason: 'A client mistake is 400, not 500.',
  },
  {
    exchange:
      /\/(unknown (group|path|version|resource|subresource|accept|form|inclusion)|no longer served|not served|post to an object|type of patch)/,
    path: refusal,
    reason:
      'What is not served is a Status in JSON throughout, and unacceptable forms name those that are served.',
  },
  {
    exchange: /^objects-requests\/yaml answer$/,
    path: /^(contentType|body)$/,
    reason: 'Answers are JSON; YAML is read, not written.',
  },
  {
    exchange: /^objects-requests\/(unknown (propagation policy|dry run)|both policies|manager too long)$/,
    path: /^body\./,
    reason: 'Supported values in another order, and values as JSON.',
  },
  {
    exchange: /^objects-kinds\/log of a pod on a missing node$/,
    path: /^body\./,
    reason: 'It is the node that is missing; the real server says pods "NODE".',
  },
  {
    exchange: /^reading-selectors\//,
    path: /^body\.message$/,
    reason: 'Selector errors are our own words.',
  },
  {
    exchange: /^reading-(watch\/by an unknown field|paging\/malformed token)$/,
    path: /^body\.message$/,
    reason: 'Our own words.',
  },
  {
    exchange: /^reading-paging\/negative limit$/,
    path: refusal,
    reason: 'A negative limit is a mistake and answered as one.',
  },
  {
    exchange: /^reading-tables\/without objects$/,
    path: /^body\.rows\.0\.object$/,
    reason: 'A row without an object has no such field.',
  },
  {
    exchange: /^apply-managed-fields\/(broken yaml|manager too long)/,
    path: /^body\./,
    reason: 'Errors of another YAML parser, and current wording.',
  },
  {
    exchange: /^custom-(scalars|maps)\/wrong type$/,
    path: /^body\.message$/,
    reason: 'The real message prints a Go value.',
  },
  {
    exchange: /^(custom|definitions)-/,
    path: /managedFields\.\d+\.time$/,
    when: ({ real }) => real === undefined,
    reason: 'Every entry tells when it was last changed, also when only ownership was.',
  },
  {
    exchange: /^(custom-status|definitions-instances)\/put without a version$/,
    path: /^body\.(message|details\.(kind|causes.*))$/,
    reason: 'Errors name the kind; the real server names the plural here.',
  },
  {
    exchange: /^apply-managed-fields\/((resource version|uid) of nothing|create with entries)$/,
    path: refusal,
    reason: 'Applying something new with a version or uid is a conflict; 1.20 ignored the version.',
  },
  {
    exchange: /^objects-requests\/(unprintable manager|(put to|patch of) a collection)$/,
    path: /^body\.(message|details.*)$/,
    reason: 'Values as JSON, and no empty details.',
  },
  {
    exchange: /^custom-maps\/(nulls|updater empties a map|in the end)$/,
    path: refusal,
    reason:
      'A null that the schema does not allow counts as absent also when it is applied; the real server then refuses it.',
  },
  {
    exchange: /^definitions-versions\//,
    path: /spec\.alpha$|managedFields/,
    reason:
      'Objects are defaulted by the version they are read in, and keep their managed fields when versions differ.',
  },
  {
    exchange: /^definitions-invalid\//,
    path: /^body\.(message|details\.causes.*)$/,
    reason:
      'Fields are named where the user wrote them (spec.versions[0]...), and consequences of an error are not listed as further errors.',
  },
  {
    exchange:
      /^definitions-instances\/(not an integer|several problems|another kind|another version|invalid status)$/,
    path: refusal,
    reason:
      'The same problems in a steady order, once each, with full paths; another kind is 400 as for built-in kinds.',
  },
  {
    exchange: /^definitions-(instances|versions)\/(resources|group)/,
    path: /^body\.(resources|versions|preferredVersion)/,
    reason: 'Verbs and subresources are listed in alphabetical order, as for built-in kinds.',
  },
  {
    exchange: /^definitions-.*\/(definition|good)$/,
    path: /^body\.status\.conditions$/,
    reason: 'No conditions are an empty list, not null.',
  },
  {
    exchange: /^definitions-.*\/(established|delete the definition)$/,
    path: /managedFields|generation|deletionGracePeriodSeconds/,
    reason: 'The controller names itself kube-apiserver, and deletion is marked as for all other kinds.',
  },
  {
    exchange: anywhere,
    path: /^body\.metadata\.continue$/,
    when: ({ real, ours }) => real === '' && ours === undefined,
    reason: 'The last page has no token, not an empty one.',
  },
  {
    exchange: /^objects-deletion\/the last one$/,
    path: /^body\.metadata\.resourceVersion$/,
    reason: 'The answer to the write that ends an object has the version of its end.',
  },
];

/** Where the embedded server is another kind of server: one machine, no legacy, nobody anonymous. */
const otherServer: KnownDifference[] = [
  {
    exchange: /^access-rbac\/anonymous$/,
    path: refusal,
    reason: 'Anonymous requests are for health and version only: a request without credentials is 401.',
  },
  {
    exchange: /^(objects-kinds|reading-tables)/,
    path: /^body\.spec\.serviceAccount(Name)?$/,
    reason: 'The recorded server runs without the ServiceAccount admission plugin.',
  },
  {
    exchange: /^objects-dry-run\/(delete all|generated name) for show$/,
    path: /^body\.(items|metadata\.uid$)/,
    reason: 'The recorded server runs without the controller that puts kube-root-ca.crt into namespaces.',
  },
  {
    exchange: /^access-rbac\/token review$/,
    path: /^body\.status\.audiences/,
    reason: 'The issuer is named with the domain of the cluster.',
  },
  {
    exchange: /^reading-watch\/one object by its path$/,
    path: refusal,
    reason: 'The /watch/ paths have been deprecated since 1.11; no client of ours uses them.',
  },
  {
    exchange: /^reading-discovery\/core versions$/,
    path: /serverAddress$/,
    reason: 'Another address.',
  },
  {
    exchange: /^access-rbac\//,
    path: /^body\.(metadata|status\.(user\.extra|error)|details\.(name|kind|causes.*)|message)$/,
    reason:
      'Reviews are answered without metadata, tokens carry their id, and a missing object is named by its resource.',
  },
  {
    exchange: /^access-namespaces\//,
    path: /managedFields|^body\.spec\.finalizers$/,
    reason: 'Another controller empties namespaces; no finalizers are an empty list.',
  },
];

/** Everything in which the embedded server means to differ, and why. */
export const acceptedDifferences: readonly KnownDifference[] = [
  ...newerKubernetes,
  ...ownWords,
  ...otherServer,
];

/** The entry that explains a difference; undefined when none does. */
export const explain = (difference: Difference): KnownDifference | undefined =>
  acceptedDifferences.find(
    ({ exchange, path, when }) =>
      exchange.test(difference.exchange) && path.test(difference.path) && (when?.(difference) ?? true),
  );
