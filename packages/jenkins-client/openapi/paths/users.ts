import { Type } from 'typebox';
import { empty, json, jsonForm, redirect, selection, type Operation } from '../operation.ts';
import { bag } from '../schemas/forms.ts';
import { Done, NewToken, User } from '../schemas/system.ts';

const refused = { description: 'Refused, often with `X-Error`.', type: 'text/html', schema: Type.String() };

/** Users and their API tokens. */
export const userPaths: readonly Operation[] = [
  {
    method: 'GET',
    path: '/me/api/json',
    id: 'getMe',
    tag: 'users',
    summary: 'The user who asks.',
    query: selection,
    answers: { 200: json(User) },
  },
  {
    method: 'GET',
    path: '/user/{user}/api/json',
    id: 'getUser',
    tag: 'users',
    summary: 'A user.',
    query: selection,
    answers: { 200: json(User) },
  },
  {
    method: 'POST',
    path: '/securityRealm/createAccountByAdmin',
    id: 'createUser',
    tag: 'users',
    summary: "Make an account in Jenkins' own database.",
    body: jsonForm(bag, {
      username: Type.String(),
      password1: Type.String(),
      password2: Type.String(),
      fullname: Type.String(),
      email: Type.Optional(Type.String()),
    }),
    answers: { 200: { ...refused, description: 'The form again, with what is wrong.' }, 302: redirect() },
  },
  {
    method: 'POST',
    path: '/user/{user}/doDelete',
    id: 'deleteUser',
    tag: 'users',
    summary: 'Delete an account.',
    answers: { 302: redirect() },
  },
  ...tokenPaths('/me', 'OfMine').map((operation) => ({ ...operation, unproven: true as const })),
  ...tokenPaths('/user/{user}', ''),
];

function tokenPaths(user: string, suffix: string): readonly Operation[] {
  const tokens = `${user}/descriptorByName/jenkins.security.ApiTokenProperty`;
  return [
    {
      method: 'POST',
      path: `${tokens}/generateNewToken`,
      id: `createToken${suffix}`,
      tag: 'users',
      summary: 'Make an API token.',
      body: { form: { newTokenName: Type.String() } },
      answers: { 200: json(NewToken) },
    },
    {
      method: 'POST',
      path: `${tokens}/rename`,
      id: `renameToken${suffix}`,
      tag: 'users',
      summary: 'Give a token another name.',
      body: { form: { tokenUuid: Type.String(), newName: Type.String() } },
      answers: { 200: json(Done) },
    },
    {
      method: 'POST',
      path: `${tokens}/revoke`,
      id: `revokeToken${suffix}`,
      tag: 'users',
      summary: 'Revoke a token. An unknown one is answered like success.',
      body: { form: { tokenUuid: Type.String() } },
      answers: { 200: empty() },
    },
    {
      method: 'POST',
      path: `${tokens}/revokeAll`,
      id: `revokeAllTokens${suffix}`,
      tag: 'users',
      summary: 'Revoke all tokens.',
      unproven: true,
      answers: { 200: empty() },
    },
    {
      method: 'POST',
      path: `${tokens}/revokeAllExcept`,
      id: `revokeOtherTokens${suffix}`,
      tag: 'users',
      summary: 'Revoke all tokens but one.',
      unproven: true,
      body: { form: { tokenUuid: Type.String() } },
      answers: { 200: empty() },
    },
  ];
}
