import { apiJson } from '../api-json.ts';
import type { Area, Call, Route } from '../area.ts';
import { notFound, page } from '../error-pages.ts';
import { empty, json, redirect, type Answer } from '../http.ts';
import { encodeName } from '../items/item.ts';
import { bean } from '../tree.ts';
import { User } from '../users.ts';

const ADMINISTER = 'hudson.model.Hudson.Administer';

/** Properties of a user that show no more than their class. */
const PROPERTIES = [
  'jenkins.security.ApiTokenProperty',
  'jenkins.console.ConsoleUrlProviderUserProperty',
  'com.cloudbees.plugins.credentials.UserCredentialsProvider$UserCredentialsProperty',
  'jenkins.views.ViewsTabBarUserProperty',
  'hudson.plugins.favorite.user.FavoriteUserProperty',
  'hudson.model.MyViewsProperty',
  'org.jenkinsci.plugins.displayurlapi.user.PreferredProviderUserProperty',
  'hudson.model.PaneStatusProperties',
  'jenkins.security.seed.UserSeedProperty',
  'hudson.model.TimeZoneProperty',
  'jenkins.model.experimentalflags.UserExperimentalFlagsProperty',
  'hudson.security.HudsonPrivateSecurityRealm$Details',
];

/** Users and their API tokens. */
export function usersArea(): Area {
  const mails = new WeakMap<User, string>();

  const read = (call: Call): Answer => {
    const user = userOf(call);
    return apiJson(
      call.request,
      bean('hudson.model.User', {
        absoluteUrl: () => `${call.rootUrl}user/${encodeName(user.name)}`,
        description: () => user.description,
        fullName: () => user.fullName,
        id: () => user.name,
        property: () => [
          ...PROPERTIES.map((name) => bean(name)),
          bean('hudson.tasks.Mailer$UserProperty', { address: () => mails.get(user) ?? null }, 2),
          bean('hudson.search.UserSearchProperty', { insensitiveSearch: () => true }, 2),
        ],
      }),
    );
  };
  const create = (call: Call): Answer => {
    const { request, world } = call;
    call.user.need(ADMINISTER);
    const name = request.parameter('username') ?? '';
    const password = request.parameter('password1') ?? '';
    const fine = /^[\w-]+$/.test(name) && password !== '' && password === request.parameter('password2');
    // A refused form is shown again, with the reasons beside its fields.
    if (!fine || world.users.has(name)) return page(200, 'Create User - Jenkins', '<h1>Create User</h1>');
    const made = new User({ name, password, permissions: [] });
    made.tokens.length = 0;
    made.fullName = request.parameter('fullname') || name;
    mails.set(made, request.parameter('email') ?? '');
    world.users.set(name, made);
    return redirect(`${world.options.prefix}/securityRealm/`);
  };
  const remove = (call: Call): Answer => {
    const user = userOf(call);
    call.user.need(ADMINISTER);
    call.world.users.delete(user.name);
    return redirect(`${call.world.options.prefix}/user/${encodeName(user.name)}/../..`);
  };

  return {
    routes: [
      { on: 'server', method: 'GET', path: 'me/api/json', handle: read },
      { on: 'server', method: 'GET', path: 'user/:user/api/json', handle: read },
      { on: 'server', method: 'POST', path: 'securityRealm/createAccountByAdmin', handle: create },
      { on: 'server', method: 'FORM', path: 'user/:user/doDelete', handle: remove },
      ...tokenRoutes('me'),
      ...tokenRoutes('user/:user'),
    ],
  };
}

/** The user that a path names, or who asks. */
function userOf({ params, user, world }: Call): User {
  if (params['user'] === undefined) return user;
  const found = world.users.get(params['user']);
  if (!found) throw notFound();
  return found;
}

function tokenRoutes(base: string): readonly Route[] {
  const on = (verb: string, change: (user: User, call: Call) => Answer): Route => ({
    on: 'server',
    method: 'POST',
    path: `${base}/descriptorByName/jenkins.security.ApiTokenProperty/${verb}`,
    handle: (call) => {
      const user = userOf(call);
      // Only one's own tokens, unless one may administer.
      return user === call.user || call.user.may(ADMINISTER) ? change(user, call) : empty(403);
    },
  });
  const revoke = (user: User, keep: (uuid: string) => boolean): Answer => {
    user.tokens.splice(0, user.tokens.length, ...user.tokens.filter((token) => keep(token.uuid)));
    return empty();
  };
  return [
    on('generateNewToken', (user, { request }) => {
      const { name, uuid, value } = user.addToken(request.parameter('newTokenName') || 'Token');
      return json({ status: 'ok', data: { tokenName: name, tokenUuid: uuid, tokenValue: value } });
    }),
    on('rename', (user, { request }) => {
      const token = user.tokens.find((one) => one.uuid === request.parameter('tokenUuid'));
      const name = request.parameter('newName');
      if (!token || !name)
        return json({ status: 'error', message: 'No token found, try refreshing the page' });
      token.name = name;
      return json({ status: 'ok' });
    }),
    on('revoke', (user, { request }) => revoke(user, (uuid) => uuid !== request.parameter('tokenUuid'))),
    on('revokeAll', (user) => revoke(user, () => false)),
    on('revokeAllExcept', (user, { request }) =>
      revoke(user, (uuid) => uuid === request.parameter('tokenUuid')),
    ),
  ];
}
