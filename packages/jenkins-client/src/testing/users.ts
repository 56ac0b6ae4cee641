import { createHash, randomBytes, randomUUID } from 'node:crypto';

import { forbidden, type Refused } from './error-pages.ts';

/** The permissions that the fake server knows, each with those that include it beside Administer. */
const IMPLIED_BY = {
  'hudson.model.Hudson.Administer': [],
  'hudson.model.Hudson.Read': ['hudson.security.Permission.GenericRead'],
  'hudson.model.Item.Read': ['hudson.security.Permission.GenericRead'],
  'hudson.model.Item.Create': [
    'hudson.security.Permission.GenericCreate',
    'hudson.security.Permission.GenericWrite',
  ],
  'hudson.model.Item.Configure': [
    'hudson.security.Permission.GenericConfigure',
    'hudson.security.Permission.GenericUpdate',
    'hudson.security.Permission.GenericWrite',
  ],
  'hudson.model.Item.Delete': [
    'hudson.security.Permission.GenericDelete',
    'hudson.security.Permission.GenericWrite',
  ],
  'hudson.model.Item.Build': [
    'hudson.security.Permission.GenericUpdate',
    'hudson.security.Permission.GenericWrite',
  ],
  'hudson.model.Item.Cancel': [
    'hudson.security.Permission.GenericUpdate',
    'hudson.security.Permission.GenericWrite',
  ],
  'hudson.model.Run.Update': [
    'hudson.security.Permission.GenericUpdate',
    'hudson.security.Permission.GenericWrite',
  ],
  'hudson.model.Run.Delete': [
    'hudson.security.Permission.GenericDelete',
    'hudson.security.Permission.GenericWrite',
  ],
  'hudson.model.Run.Replay': [],
  'hudson.model.View.Create': [
    'hudson.security.Permission.GenericCreate',
    'hudson.security.Permission.GenericWrite',
  ],
  'hudson.model.View.Configure': ['hudson.security.Permission.GenericConfigure'],
  'hudson.model.View.Delete': ['hudson.security.Permission.GenericDelete'],
  'com.cloudbees.plugins.credentials.CredentialsProvider.View': ['hudson.security.Permission.GenericRead'],
  'com.cloudbees.plugins.credentials.CredentialsProvider.Update': [
    'hudson.security.Permission.GenericUpdate',
  ],
  'com.cloudbees.plugins.credentials.CredentialsProvider.Delete': [
    'hudson.security.Permission.GenericDelete',
  ],
  'com.cloudbees.plugins.credentials.CredentialsProvider.ManageDomains': [
    'hudson.security.Permission.GenericConfigure',
  ],
  'com.cloudbees.plugins.credentials.CredentialsProvider.Create': [
    'hudson.security.Permission.GenericCreate',
  ],
} as const satisfies Record<string, readonly string[]>;

/** A permission of Jenkins, by its id. */
export type Permission = keyof typeof IMPLIED_BY;

/** A user to create with the server. */
export interface FakeUser {
  readonly name: string;
  /** The name with `-password` appended, unless told. */
  readonly password?: string;
  /** The name with `-token` appended, unless told. */
  readonly token?: string;
  readonly permissions: 'all' | readonly Permission[];
}

const READ: readonly Permission[] = ['hudson.model.Hudson.Read', 'hudson.model.Item.Read'];

/** The users of a server that was given none. */
export const DEFAULT_USERS: readonly FakeUser[] = [
  { name: 'admin', permissions: 'all' },
  {
    name: 'dev',
    permissions: [
      ...READ,
      'hudson.model.Item.Create',
      'hudson.model.Item.Configure',
      'hudson.model.Item.Build',
      'hudson.model.Item.Cancel',
      'hudson.model.Run.Update',
      'hudson.model.Run.Replay',
      'com.cloudbees.plugins.credentials.CredentialsProvider.View',
    ],
  },
  { name: 'viewer', permissions: READ },
  { name: 'nobody', permissions: [] },
];

/** A token of a user, as `generateNewToken` makes them. */
export interface ApiToken {
  readonly uuid: string;
  name: string;
  readonly value: string;
}

/** A user of the fake server. */
export class User {
  readonly name: string;
  readonly password: string;
  /** The API tokens; the first was there from the start. */
  readonly tokens: ApiToken[] = [];
  fullName: string;
  description: string | null = null;
  readonly #permissions: 'all' | ReadonlySet<string>;

  constructor(of: FakeUser) {
    this.name = of.name;
    this.fullName = of.name;
    this.password = of.password ?? `${of.name}-password`;
    this.#permissions = of.permissions === 'all' ? 'all' : new Set(of.permissions);
    this.tokens.push({ uuid: randomUUID(), name: 'first', value: of.token ?? `${of.name}-token` });
  }

  /** The token that was there from the start. */
  get token(): string {
    return this.tokens[0]?.value ?? '';
  }

  /** Makes one more token. */
  addToken(name: string): ApiToken {
    const token = { uuid: randomUUID(), name, value: `11${randomBytes(16).toString('hex')}` };
    this.tokens.push(token);
    return token;
  }

  may(permission: Permission): boolean {
    return this.#permissions === 'all' || this.#permissions.has(permission);
  }

  /** Throws the 403 that names the permission when the user lacks it. */
  need(permission: Permission): void {
    if (!this.may(permission)) throw missing(this.name, permission);
  }
}

/** The 403 that says which permission a user lacks, and which ones include it. */
export function missing(user: string, permission: Permission): Refused {
  const administer =
    permission === 'hudson.model.Hudson.Administer' ? [] : ['hudson.model.Hudson.Administer'];
  return forbidden(user, permission, [...IMPLIED_BY[permission], ...administer]);
}

/** Somebody without credentials. */
export const ANONYMOUS = new User({ name: 'anonymous', permissions: [] });

/** Who asks, and how they showed it. */
export interface Authentication {
  readonly user: User;
  readonly by: 'nothing' | 'password' | 'token';
}

/** The users by name. */
export class Users extends Map<string, User> {
  constructor(users: readonly FakeUser[]) {
    super(users.map((user) => [user.name, new User(user)]));
  }

  /** Who an `Authorization` header names; undefined when the secret is wrong. A bearer token is any user's API token. */
  authenticate(header: string | undefined): Authentication | undefined {
    if (header === undefined) return { user: ANONYMOUS, by: 'nothing' };
    const [scheme = '', value = ''] = header.split(/ (.*)/s);
    if (scheme.toLowerCase() === 'bearer') {
      const user = [...this.values()].find((one) => one.tokens.some((token) => token.value === value));
      return user && { user, by: 'token' };
    }
    const [name = '', secret = ''] = Buffer.from(value, 'base64').toString().split(/:(.*)/s);
    const user = this.get(name);
    if (user?.tokens.some((token) => token.value === secret)) return { user, by: 'token' };
    return user?.password === secret ? { user, by: 'password' } : undefined;
  }
}

/** The sessions of the servlet container and the crumbs that belong to them. A restart ends all. */
export class Sessions {
  readonly #users = new Map<string, string>();
  readonly #salt = randomBytes(16).toString('hex');
  static readonly #most = 10_000;

  /** The session that the `Cookie` header names, when it is alive. */
  of(cookies: string | undefined): string | undefined {
    const id = /JSESSIONID=([^;\s]+)/.exec(cookies ?? '')?.[1];
    return id !== undefined && this.#users.has(id) ? id : undefined;
  }

  /** Opens a session; the oldest goes when there are too many. */
  open(user: User): string {
    const id = randomBytes(16).toString('hex').toUpperCase();
    this.#users.set(id, user.name);
    if (this.#users.size > Sessions.#most) this.#users.delete(this.#users.keys().next().value ?? '');
    return id;
  }

  /** The crumb of a user in a session: worthless with any other. */
  crumb(session: string, user: User): string {
    return createHash('sha256').update(`${this.#salt} ${session} ${user.name}`).digest('hex');
  }

  /** Ends all sessions. */
  clear(): void {
    this.#users.clear();
  }
}
