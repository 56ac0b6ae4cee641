import { createHash } from 'node:crypto';
import type { UserInfo } from '../user-info.ts';

const digest = (token: string): string => createHash('sha256').update(token).digest('base64');

/**
 * Bearer tokens that are known from the start. They are looked up by digest: what an attacker can measure depends
 * on a hash he cannot steer, not on how much of a guess was right.
 */
export class StaticTokens {
  readonly #users = new Map<string, UserInfo>();

  add(token: string, user: UserInfo): void {
    this.#users.set(digest(token), user);
  }

  find(token: string): UserInfo | undefined {
    return this.#users.get(digest(token));
  }
}

/** The fields of one line of CSV; fields may be quoted, with quotes doubled inside. */
const fields = (line: string): string[] =>
  [...line.matchAll(/(?:^|,)\s*(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) =>
    quoted === undefined ? (plain ?? '').trim() : quoted.replaceAll('""', '"'),
  );

/**
 * Reads a file as kube-apiserver's `--token-auth-file` takes it: `token,user,uid[,"group1,group2"]` per line.
 * @throws Error naming the line that is short of a field. The token is not in the message.
 */
export const parseTokenFile = (contents: string): { token: string; user: UserInfo }[] =>
  contents.split(/\r?\n/).flatMap((line, index) => {
    if (line.trim() === '' || line.startsWith('#')) return [];
    const [token, username, uid, groups] = fields(line);
    if (!token || !username || uid === undefined)
      throw new Error(`token file, line ${index + 1}: write token,user,uid and optionally "group1,group2"`);
    const list = (groups ?? '').split(',').map((group) => group.trim());
    return [{ token, user: { username, ...(uid ? { uid } : {}), groups: list.filter(Boolean) } }];
  });
