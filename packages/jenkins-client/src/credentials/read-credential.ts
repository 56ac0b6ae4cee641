import { expected } from '../expected.ts';
import { textOf, type JsonObject } from '../json-shape.ts';
import type { Credential, CredentialKind } from './credential.ts';

/** Names of types as the plugins' English messages have them. */
const kinds: Readonly<Record<string, CredentialKind>> = {
  'Username with password': 'usernamePassword',
  'Secret text': 'secretText',
  'SSH Username with private key': 'sshKey',
  'Secret file': 'file',
  Certificate: 'certificate',
};

/** Reads one entry of a domain's `credentials`. */
export function readCredential(wire: JsonObject): Credential {
  const typeName = expected(textOf(wire['typeName']), 'the type of a credential');
  const displayName = textOf(wire['displayName']) ?? '';
  const description = textOf(wire['description']) ?? '';
  const kind = Object.hasOwn(kinds, typeName) ? kinds[typeName] : undefined;
  return {
    id: expected(textOf(wire['id']), 'the id of a credential'),
    kind,
    typeName,
    displayName,
    description,
    username: shownUsername(kind, displayName, description),
    fullName: textOf(wire['fullName']) ?? '',
  };
}

/**
 * Cuts the user's name out of a display name: `ana/****** (description)` for passwords, `git (description)` for keys.
 * A hidden name leaves something else there, and a key without a description may show either, so that is not told.
 */
function shownUsername(
  kind: CredentialKind | undefined,
  displayName: string,
  description: string,
): string | undefined {
  const about = description.trim() === '' ? '' : ` (${description.trim()})`;
  const tail = kind === 'usernamePassword' ? `/******${about}` : kind === 'sshKey' ? about : '';
  if (tail === '' || !displayName.endsWith(tail)) return undefined;
  return displayName.slice(0, -tail.length);
}
