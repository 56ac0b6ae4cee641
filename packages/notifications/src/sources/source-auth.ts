import { NotificationError } from '../errors.ts';
import { clientSettings } from '../outgoing/client-settings.ts';
import type { ClientSettings, ReadCredential } from '../outgoing/client-settings.ts';
import type { SourceSettings } from './source-settings.ts';

/** By what a source knows who asks, and by what it is known who answers. */
export interface SourceAuth {
  readonly client: ClientSettings;
  /** Secrets to sign with, the newest first; empty when nothing is signed. */
  readonly secrets: readonly string[];
  /** Answers must be signed with one of the secrets. */
  readonly verifyAnswers: boolean;
}

/** Reads all credentials of a source: anew for each request, so that rotated ones are used at once. */
export async function sourceAuth(auth: SourceSettings['auth'], read: ReadCredential): Promise<SourceAuth> {
  const [client, secrets] = await Promise.all([clientSettings(auth, read), sourceSecrets(auth, read)]);
  return { client, secrets, verifyAnswers: auth.hmac?.verifyResponses ?? false };
}

/**
 * The secrets that a source and the notification manager share, the newest first. Rejects with `NotificationError`
 * `CredentialUnavailable`, also for an empty one: everybody could sign with it.
 */
export async function sourceSecrets(
  { hmac }: SourceSettings['auth'],
  read: ReadCredential,
): Promise<string[]> {
  const credentials = [hmac?.secret, hmac?.previousSecret].filter((secret) => secret !== undefined);
  // Secrets made from files end with a line end that nobody means.
  const secrets = await Promise.all(credentials.map(async (credential) => (await read(credential)).trim()));
  if (secrets.includes('')) {
    throw new NotificationError(
      'CredentialUnavailable',
      'spec.auth.hmac: a secret is empty; give it a random text',
    );
  }
  return secrets;
}
