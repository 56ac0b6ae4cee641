/** Asks a fake server over bare HTTP, for this package's own tests. It is not published. */
import type { FakeJenkins } from './fake-jenkins.ts';
import { ITEM_CLASSES, type ItemKind } from './items/item.ts';

/** How to ask. */
export interface Question {
  readonly method?: string;
  /** Makes it a POST. */
  readonly form?: Readonly<Record<string, string>>;
  /** `admin` with a token unless told; `null` for nobody. */
  readonly user?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** An answer that was read whole. */
export interface Told {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The text as JSON. */
  json(): unknown;
}

/** Sends one request; redirects are not followed. */
export async function ask(fake: FakeJenkins, path: string, question: Question = {}): Promise<Told> {
  const { form, user = 'admin', headers = {}, body } = question;
  const login = user === null ? {} : { authorization: `Basic ${btoa(`${user}:${fake.users[user]?.token}`)}` };
  const response = await fetch(fake.url + path, {
    method: question.method ?? (form ? 'POST' : 'GET'),
    redirect: 'manual',
    headers: { ...login, ...headers },
    ...(form && { body: new URLSearchParams(form) }),
    ...(body !== undefined && { body }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: () => JSON.parse(text) as unknown,
  };
}

/** Makes an item by its kind in the folder before it. */
export async function make(
  fake: FakeJenkins,
  path: string,
  kind: Exclude<ItemKind, 'root'> = 'pipeline',
): Promise<void> {
  const names = path.split('/');
  const folder = names
    .slice(0, -1)
    .map((name) => `job/${name}/`)
    .join('');
  const { status } = await ask(fake, `${folder}createItem`, {
    form: { name: names.at(-1) ?? '', mode: ITEM_CLASSES[kind] },
  });
  if (status !== 302) throw new Error(`${path} was not made: ${status}`);
}

/** Asks until the answer is as wanted. */
export async function until(fake: FakeJenkins, path: string, wanted: (told: Told) => boolean): Promise<Told> {
  for (;;) {
    const told = await ask(fake, path);
    if (wanted(told)) return told;
  }
}
