import { Type } from 'typebox';
import { atRootAndItem, empty, json, jsonForm, redirect, selection, type Operation } from '../operation.ts';
import { Credential, CredentialDomain, CredentialStore } from '../schemas/administration.ts';
import { CredentialForm, DomainForm } from '../schemas/forms.ts';

const refused = { description: 'Refused, often with `X-Error`.', type: 'text/html', schema: Type.String() };

const store = '/credentials/store/{store}';
const domain = `${store}/domain/{domain}`;
const credential = `${domain}/credential/{credential}`;

const stores = atRootAndItem([
  {
    method: 'GET',
    path: `${store}/api/json`,
    id: 'getCredentialStore',
    tag: 'credentials',
    summary: 'A store with its domains. Without the right to see it: 404.',
    plugins: ['credentials'],
    query: selection,
    answers: { 200: json(CredentialStore) },
  },
  {
    method: 'POST',
    path: `${store}/createDomain`,
    id: 'createCredentialDomain',
    tag: 'credentials',
    summary: 'Make a domain.',
    plugins: ['credentials'],
    body: jsonForm(DomainForm),
    answers: { 302: redirect() },
  },
  {
    method: 'GET',
    path: `${domain}/api/json`,
    id: 'listCredentials',
    tag: 'credentials',
    summary: 'The credentials of a domain; `_` is the global one.',
    plugins: ['credentials'],
    query: selection,
    answers: { 200: json(CredentialDomain) },
  },
  {
    method: 'POST',
    path: `${domain}/doDelete`,
    id: 'deleteCredentialDomain',
    tag: 'credentials',
    summary: 'Delete a domain with its credentials.',
    plugins: ['credentials'],
    answers: { 302: redirect() },
  },
  {
    method: 'POST',
    path: `${domain}/createCredentials`,
    id: 'createCredential',
    tag: 'credentials',
    summary: 'Make a credential. An id that is taken is answered like success, and nothing is stored.',
    plugins: ['credentials'],
    body: {
      ...jsonForm(
        Type.Object(
          { '': Type.Optional(Type.String()), credentials: CredentialForm },
          { additionalProperties: true },
        ),
      ),
      multipart: true,
      xml: true,
    },
    answers: { 200: empty('Made from XML.'), 302: redirect(), 409: refused },
  },
  {
    method: 'GET',
    path: `${credential}/api/json`,
    id: 'getCredential',
    tag: 'credentials',
    summary: 'A credential without its secret.',
    plugins: ['credentials'],
    query: selection,
    answers: { 200: json(Credential) },
  },
  {
    method: 'POST',
    path: `${credential}/updateSubmit`,
    id: 'updateCredential',
    tag: 'credentials',
    summary: 'Replace a credential; the form holds it without a wrapper.',
    plugins: ['credentials'],
    body: { ...jsonForm(CredentialForm), multipart: true },
    answers: { 302: redirect() },
  },
  {
    method: 'POST',
    path: `${credential}/doDelete`,
    id: 'deleteCredential',
    tag: 'credentials',
    summary: 'Delete a credential.',
    plugins: ['credentials'],
    answers: { 302: redirect() },
  },
]);

/** Credentials. */
export const credentialPaths: readonly Operation[] = stores;
