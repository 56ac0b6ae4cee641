import type { ReceivedRequest } from './stand-in.ts';

/** The members of a JSON object; complains when the body is none, or when it has others than those allowed. */
export function checkedObject(
  request: ReceivedRequest,
  allowed: readonly string[],
  complain: (what: string) => void,
): Readonly<Record<string, unknown>> {
  checkJsonPost(request, complain);
  const { json } = request;
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    complain('the body is no JSON object');
    return {};
  }
  for (const name of Object.keys(json)) if (!allowed.includes(name)) complain(`unknown member ${name}`);
  return json as Record<string, unknown>;
}

/** A POST with JSON in UTF-8, of a known length and from a client that says who it is. */
function checkJsonPost({ method, headers, text }: ReceivedRequest, complain: (what: string) => void): void {
  if (method !== 'POST') complain(`method ${method}`);
  if (!/^application\/json(?:; ?charset=utf-8)?$/u.test(headers['content-type'] ?? '')) {
    complain(`content-type ${headers['content-type']}`);
  }
  if (headers['content-length'] !== String(Buffer.byteLength(text))) complain('no content-length');
  if (!headers['user-agent']) complain('no user-agent');
}

/** Characters (code points), counted in another way than the program does. */
export function characterCount(text: string): number {
  return Array.from(text).length;
}
