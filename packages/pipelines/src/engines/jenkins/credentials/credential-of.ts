import type { NamedCredentialSpec } from '@armillary/jenkins-client';
import type { Secret } from '@armillary/kube';
import { InvalidObject } from '../failure.ts';

/** The types of Secrets that are credentials begin with it. */
export const CREDENTIAL_TYPE_PREFIX = 'credential.devops.kubesphere.io/';

/** What people say about an object. KubeSphere's name. */
export const DESCRIPTION_ANNOTATION = 'kubesphere.io/description';
/** The classes of the plugin kubernetes-cd, which KubeSphere's Jenkins comes with; read in source, not tried. */
const KUBECONFIG = 'com.microsoft.jenkins.kubernetes.credentials.KubeconfigCredentials';

/** How a kubeconfig is kept: with the plugin kubernetes-cd, or as a text, which every Jenkins has. */
export type KubeconfigForm = 'plugin' | 'secret-text';

/** The credential that a Secret stands for, with the Secret's name as its id. Throws InvalidObject. */
export function credentialOf(secret: Secret, kubeconfigForm: KubeconfigForm): NamedCredentialSpec {
  const id = secret.metadata.name ?? '';
  const base = { id, description: secret.metadata.annotations?.[DESCRIPTION_ANNOTATION] ?? '' };
  switch (kindOf(secret)) {
    case 'basic-auth':
      return {
        ...base,
        kind: 'usernamePassword',
        username: required(secret, 'username'),
        password: required(secret, 'password'),
      };
    case 'ssh-auth': {
      const passphrase = valueOf(secret, 'passphrase') ?? '';
      return {
        ...base,
        kind: 'sshKey',
        username: required(secret, 'username'),
        privateKey: required(secret, 'private_key'),
        ...(passphrase !== '' && { passphrase }),
      };
    }
    case 'secret-text':
      return { ...base, kind: 'secretText', secret: required(secret, 'secret') };
    case 'kubeconfig': {
      const content = required(secret, 'content');
      if (kubeconfigForm === 'secret-text') return { ...base, kind: 'secretText', secret: content };
      const source = { 'stapler-class': `${KUBECONFIG}$DirectEntryKubeconfigSource`, content };
      return { ...base, kind: 'custom', class: KUBECONFIG, fields: { kubeconfigSource: source } };
    }
    default:
      throw new InvalidObject(
        `The type ${secret.type ?? ''} is unknown: use basic-auth, ssh-auth, secret-text or kubeconfig.`,
      );
  }
}

function kindOf({ type = '' }: Secret): string {
  return type.slice(CREDENTIAL_TYPE_PREFIX.length);
}

function required(secret: Secret, key: string): string {
  const value = valueOf(secret, key);
  if (value !== undefined && value !== '') return value;
  // Older releases of KubeSphere kept the values in Jenkins alone: what is there must not be emptied.
  throw new InvalidObject(`The Secret has no ${key}; what Jenkins has is left as it is.`);
}

function valueOf(secret: Secret, key: string): string | undefined {
  const data = secret.data?.[key];
  if (data === undefined) return undefined;
  try {
    return new TextDecoder('utf8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(data, 'base64'));
  } catch {
    throw new InvalidObject(`The Secret's ${key} is no text; Jenkins keeps texts only.`);
  }
}
