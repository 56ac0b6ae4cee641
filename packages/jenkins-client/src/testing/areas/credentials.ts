import { apiJson, submittedForm } from '../api-json.ts';
import type { Area, Call } from '../area.ts';
import { notFound, oops } from '../error-pages.ts';
import { empty, redirect, type Answer } from '../http.ts';
import { isFormObject } from '../items/form-xml.ts';
import { encodeName, type Item } from '../items/item.ts';
import { ownUrl } from '../items/item-routes.ts';
import { bean } from '../tree.ts';
import { parseXml, XmlError } from '../xml.ts';
import { CredentialStore, type Domain } from './credential-store.ts';
import { StoredCredential } from './credential.ts';

const VIEW = 'com.cloudbees.plugins.credentials.CredentialsProvider.View';
const CREATE = 'com.cloudbees.plugins.credentials.CredentialsProvider.Create';
const UPDATE = 'com.cloudbees.plugins.credentials.CredentialsProvider.Update';
const DELETE = 'com.cloudbees.plugins.credentials.CredentialsProvider.Delete';
const MANAGE_DOMAINS = 'com.cloudbees.plugins.credentials.CredentialsProvider.ManageDomains';

const store = 'credentials/store/:store';
const domain = `${store}/domain/:domain`;
const credential = `${domain}/credential/:credential`;

/** Credentials of the server, of folders and of multibranch pipelines. Without the right to view them all is 404. */
export function credentialsArea(): Area {
  const stores = new WeakMap<Item, CredentialStore>();

  const storeOf = ({ item, user, params }: Call): CredentialStore => {
    if (!user.may(VIEW) || item.isJob) throw notFound();
    const found = stores.get(item) ?? new CredentialStore(item);
    stores.set(item, found);
    if (params['store'] !== undefined && params['store'] !== found.name) throw notFound();
    return found;
  };
  const domainOf = (call: Call): Domain => {
    const found = storeOf(call).domains.get(call.params['domain'] ?? '');
    if (!found) throw notFound();
    return found;
  };
  const credentialOf = (call: Call): StoredCredential => {
    const found = domainOf(call).credentials.get(call.params['credential'] ?? '');
    if (!found) throw notFound();
    return found;
  };
  const replace = (call: Call, by: StoredCredential): void => {
    const { credentials } = domainOf(call);
    // In its place, and under its new id when that changed.
    const all = [...credentials.values()].map((one) => (one.id === call.params['credential'] ? by : one));
    credentials.clear();
    for (const one of all) credentials.set(one.id, one);
  };
  const remove = (call: Call): void => {
    const { id } = credentialOf(call);
    call.user.need(DELETE);
    domainOf(call).credentials.delete(id);
  };

  return {
    routes: [
      {
        on: 'item',
        method: 'GET',
        path: 'credentials/api/json',
        handle: (call) => {
          const root = call.item.kind === 'root';
          const visible = call.item.isJob ? [] : [storeOf(call)];
          return apiJson(
            call.request,
            bean(`com.cloudbees.plugins.credentials.ViewCredentialsAction${root ? '$RootActionImpl' : ''}`, {
              stores: () => new Map(visible.map((one) => [one.name, one.bean()])),
            }),
          );
        },
      },
      {
        on: 'item',
        method: 'GET',
        path: `${store}/api/json`,
        handle: (call) => apiJson(call.request, storeOf(call).bean()),
      },
      {
        on: 'item',
        method: 'POST',
        path: `${store}/createDomain`,
        handle: (call) => {
          const { domains } = storeOf(call);
          call.user.need(MANAGE_DOMAINS);
          const { name, description } = submittedForm(call.request);
          if (typeof name !== 'string') throw oops();
          // A name that is taken leads back to the store instead of to the domain.
          if (domains.has(name)) return redirect(`${storeUrl(call)}/.`);
          domains.set(name, { name, description: textOr(description, null), credentials: new Map() });
          return redirect(`${storeUrl(call)}/./domain/${encodeName(name)}`);
        },
      },
      {
        on: 'item',
        method: 'GET',
        path: `${domain}/api/json`,
        handle: (call) => apiJson(call.request, storeOf(call).domainBean(domainOf(call))),
      },
      {
        on: 'item',
        method: 'POST',
        path: `${domain}/doDelete`,
        handle: (call) => {
          const { name } = domainOf(call);
          call.user.need(MANAGE_DOMAINS);
          if (name === '_') throw oops();
          storeOf(call).domains.delete(name);
          return redirect(`${domainUrl(call)}/../..`);
        },
      },
      {
        on: 'item',
        method: 'POST',
        path: `${domain}/createCredentials`,
        handle: (call) => {
          const { credentials } = domainOf(call);
          call.user.need(CREATE);
          if (isXml(call)) {
            const made = StoredCredential.fromXml(postedXml(call));
            if (credentials.has(made.id)) return empty(409);
            credentials.set(made.id, made);
            return empty();
          }
          const { credentials: form } = submittedForm(call.request);
          if (!isFormObject(form)) throw oops();
          const made = StoredCredential.fromForm(form, call.request.files);
          // The trap: an id that is taken is answered like success, and nothing is stored.
          if (!credentials.has(made.id)) credentials.set(made.id, made);
          return redirect(`${domainUrl(call)}/../../domain/${encodeName(call.params['domain'] ?? '')}`);
        },
      },
      {
        on: 'item',
        method: 'GET',
        path: `${credential}/api/json`,
        handle: (call) =>
          apiJson(call.request, credentialOf(call).bean(storeOf(call).domainPath(domainOf(call)), true)),
      },
      {
        on: 'item',
        method: 'POST',
        path: `${credential}/updateSubmit`,
        handle: (call) => {
          const { id } = credentialOf(call);
          call.user.need(UPDATE);
          replace(
            call,
            StoredCredential.fromForm({ id, ...submittedForm(call.request) }, call.request.files),
          );
          return redirect(`${credentialUrl(call)}/`);
        },
      },
      {
        on: 'item',
        method: 'POST',
        path: `${credential}/doDelete`,
        handle: (call) => {
          remove(call);
          return redirect(`${credentialUrl(call)}/../..`);
        },
      },
      {
        on: 'item',
        method: 'GET',
        path: `${credential}/config.xml`,
        handle: (call): Answer => ({
          status: 200,
          headers: { 'content-type': 'application/xml' },
          body: credentialOf(call).xml,
        }),
      },
      {
        on: 'item',
        method: 'POST',
        path: `${credential}/config.xml`,
        handle: (call) => {
          credentialOf(call);
          call.user.need(UPDATE);
          replace(call, StoredCredential.fromXml(postedXml(call)));
          return empty();
        },
      },
      {
        on: 'item',
        method: 'DELETE',
        path: `${credential}/config.xml`,
        handle: (call) => {
          remove(call);
          return empty();
        },
      },
    ],
  };
}

function storeUrl(call: Call): string {
  return `${ownUrl(call)}credentials/store/${call.params['store'] ?? ''}`;
}

function domainUrl(call: Call): string {
  return `${storeUrl(call)}/domain/${encodeName(call.params['domain'] ?? '')}`;
}

function credentialUrl(call: Call): string {
  return `${domainUrl(call)}/credential/${encodeName(call.params['credential'] ?? '')}`;
}

function isXml({ request }: Call): boolean {
  return /^(application|text)\/xml/.test(request.headers['content-type'] ?? '');
}

function postedXml({ request }: Call): ReturnType<typeof parseXml> {
  try {
    return parseXml(request.body.toString());
  } catch (error) {
    if (error instanceof XmlError) throw oops();
    throw error;
  }
}

function textOr<T>(value: unknown, otherwise: T): string | T {
  return typeof value === 'string' ? value : otherwise;
}
