import type { JenkinsRequest } from '../connection.ts';

/** The body of a request and its content type; multipart finds its own. */
export function encodeBody(request: JenkinsRequest): { type?: string; body?: string | FormData } {
  if (request.form) {
    return { type: 'application/x-www-form-urlencoded;charset=UTF-8', body: encodeForm(request.form) };
  }
  if (request.multipart) return { body: request.multipart };
  if (request.json !== undefined) {
    return { type: 'application/json;charset=UTF-8', body: JSON.stringify(request.json) };
  }
  if (request.body) return { type: request.body.type, body: request.body.text };
  return {};
}

function encodeForm(form: Readonly<Record<string, string | readonly string[]>>): string {
  const fields = new URLSearchParams();
  for (const [name, value] of Object.entries(form)) {
    for (const one of typeof value === 'string' ? [value] : value) fields.append(name, one);
  }
  return fields.toString();
}
