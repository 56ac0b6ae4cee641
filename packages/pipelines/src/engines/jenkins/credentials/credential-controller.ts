import { createHash } from 'node:crypto';
import type { CredentialStore } from '@armillary/jenkins-client';
import {
  coreV1,
  watchOf,
  type ControllerDefinition,
  type Informer,
  type KubeObject,
  type ObjectKey,
  type ReconcileContext,
  type ReconcileResult,
  type Secret,
} from '@armillary/kube';
import { label } from '../../../kinds/metadata.ts';
import { isGone } from '../failure.ts';
import { JenkinsCopy } from '../jenkins-copy.ts';
import { jenkinsAnnotation, jenkinsFinalizer, sync } from '../metadata.ts';
import type { JenkinsEngine } from '../options.ts';
import { inFolder } from '../projects/project-folder.ts';
import { CREDENTIAL_TYPE_PREFIX, credentialOf, DESCRIPTION_ANNOTATION } from './credential-of.ts';

/**
 * Keeps the credentials Secrets of projects in the credential stores of their folders, under their own names.
 *
 * There is no hash of a Secret in its annotations: of a short password it would be as good as the password to whoever
 * reads backups or the output of `kubectl describe`. So what Jenkins has is known to this process alone, and every
 * credential is written once more after a restart. Later comparisons look at what Jenkins shows of it, which is no
 * secret, and write it anew when that is missing or another.
 */
export class CredentialController {
  readonly #engine: JenkinsEngine;
  readonly #secrets: Informer<Secret>;
  readonly #namespaces: Informer;
  readonly #copy: JenkinsCopy<Secret>;

  constructor(engine: JenkinsEngine) {
    this.#engine = engine;
    this.#secrets = engine.manager.informer(coreV1.secrets);
    this.#namespaces = engine.manager.informer<KubeObject>(coreV1.namespaces);
    this.#copy = new JenkinsCopy(engine, {
      type: coreV1.secrets,
      finalizer: jenkinsFinalizer.credential,
      sync: sync.credential,
    });
  }

  /** The definition to add to the manager. */
  definition(): ControllerDefinition<Secret> {
    return {
      name: 'jenkins-credential',
      for: coreV1.secrets,
      predicates: [({ before, after }) => isCredential(after ?? before)],
      watches: [
        watchOf<KubeObject>({
          type: coreV1.namespaces,
          // A namespace becomes a project's by its label, which may come after its Secrets.
          map: ({ metadata: { name = '' } }) => this.#credentialsIn(name),
          predicates: [({ before, after }) => isProject(before) !== isProject(after)],
        }),
      ],
      workers: 2,
      reconcile: (key, context) => this.#reconcile(key, context),
    };
  }

  #credentialsIn(namespace: string): ObjectKey[] {
    return this.#secrets
      .list(namespace)
      .filter(isCredential)
      .map(({ metadata: { name = '' } }) => ({ namespace, name }));
  }

  async #reconcile(
    { namespace, name }: ObjectKey,
    context: ReconcileContext,
  ): Promise<ReconcileResult | void> {
    const secret = this.#secrets.get(name, namespace);
    if (secret === undefined || !isCredential(secret)) return;
    const { jenkins } = this.#engine;
    const store = jenkins.credentials.in([namespace]);
    if (secret.metadata.deletionTimestamp !== undefined)
      return this.#copy.release(secret, context, (signal) => store.delete(name, { signal }));
    if (!isProject(this.#namespaces.get(namespace))) return;
    if (secret.metadata.annotations?.[jenkinsAnnotation.autoSync] === 'false') return;
    return this.#copy.keep(secret, digestOf(secret), context, async (_held, signal, known) => {
      const credential = credentialOf(secret, this.#engine.kubeconfigForm);
      if (known && (await isShown(store, credential, signal))) return { status: 'successful' };
      await inFolder(jenkins, namespace, signal, () => store.upsert(credential, { signal }));
      return { status: 'successful' };
    });
  }
}

/** Whether Jenkins shows the credential as it was written. */
async function isShown(
  store: CredentialStore,
  credential: ReturnType<typeof credentialOf>,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const shown = await store.get(credential.id, { signal });
    if (shown.kind !== undefined && credential.kind !== 'custom' && shown.kind !== credential.kind)
      return false;
    if ('username' in credential && (shown.username ?? credential.username) !== credential.username)
      return false;
    return shown.description === credential.description;
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

function isCredential(secret: Secret | undefined): boolean {
  return secret?.type?.startsWith(CREDENTIAL_TYPE_PREFIX) === true;
}

function isProject(namespace: KubeObject | undefined): boolean {
  return namespace?.metadata.labels?.[label.project] !== undefined;
}

/** Covers all that a credential is made of; never written down. */
function digestOf({ type, data, metadata }: Secret): string {
  const content = [
    type,
    Object.entries(data ?? {}).toSorted(([one], [other]) => (one < other ? -1 : 1)),
    metadata.annotations?.[DESCRIPTION_ANNOTATION],
  ];
  return createHash('sha256').update(JSON.stringify(content)).digest('base64');
}
