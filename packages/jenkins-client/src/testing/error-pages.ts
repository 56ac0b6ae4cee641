import { randomUUID } from 'node:crypto';

import type { Answer } from './http.ts';

/** Thrown by a route that refuses; the server sends its answer. */
export class Refused extends Error {
  readonly answer: Answer;

  constructor(answer: Answer) {
    super(`refused with ${answer.status}`);
    this.answer = answer;
  }
}

/** The version of Jenkins that the fake server behaves as: the recordings come from it. */
export const FAKE_VERSION = '2.516.2';

const PAGE_HEADERS = {
  'content-type': 'text/html;charset=UTF-8',
  'x-frame-options': 'sameorigin',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'x-hudson-theme': 'default',
  'x-hudson': '1.395',
};

/** A page in Jenkins' frame. Real ones are some 18 KB; what clients can read from them is the same here. */
export function page(
  status: number,
  title: string,
  main: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return {
    status,
    headers: { ...PAGE_HEADERS, ...headers },
    body: (crumb) => `
  <!DOCTYPE html><html><head data-crumb-header="Jenkins-Crumb" data-crumb-value="${crumb}"><title>${title}</title></head>
<body id="jenkins" class="jenkins-${FAKE_VERSION}" data-version="${FAKE_VERSION}"><div id="main-panel">${main}</div></body></html>`,
  };
}

/** `<h1>Error</h1><p>text`, in some cases with the same text in `X-Error`. */
export function errorPage(status: number, message: string, inHeader = false): Refused {
  const main = `<h1>Error</h1><p>${escapeHtml(message)}</p>`;
  return new Refused(page(status, 'Jenkins - Jenkins', main, inHeader ? { 'x-error': message } : {}));
}

/** A missing page or one that the user may not see: Jenkins does not tell which. */
export function notFound(): Refused {
  const text = 'Oops! Either this page does not exist, or you do not have permission to see it.';
  return new Refused(page(404, ' - Jenkins', `<h1>Not Found</h1><p>${text}</p>`));
}

/** 404 of an action that a build does not have, such as a test report. */
export function noSuchAction(): Refused {
  return new Refused({
    status: 404,
    headers: { 'content-type': 'text/html;charset=UTF-8' },
    body: redirectingPage('..', 'Not found'),
  });
}

/** An exception inside Jenkins: 500 with nothing but a logging id. */
export function oops(): Refused {
  const main = `<h1 style="text-align: center"><span style="font-size:50px"> Oops!</span></h1><div id="error-description"><h2 style="text-align: center">A problem occurred while processing the request</h2><p style="text-align: center">Logging ID=${randomUUID()}</div>`;
  return new Refused(page(500, 'Jenkins - Jenkins', main));
}

/** A GET on a route that changes something; Stapler's older annotation answers with `Allow`. */
export function postRequired(withAllow: boolean): Refused {
  return new Refused(
    withAllow
      ? page(405, 'Form post required - Jenkins', '<h1>Form post required</h1>', { allow: 'POST' })
      : page(405, 'Method Not Allowed - Jenkins', '<h1>Method Not Allowed</h1>'),
  );
}

/** The page of the servlet container: the text alone carries the meaning. */
export function containerPage(
  status: number,
  reason: string,
  message: string,
  headers: Readonly<Record<string, string | readonly string[]>> = {},
): Refused {
  const title = `HTTP Status ${status} – ${reason}`;
  return new Refused({
    status,
    headers: { 'content-type': 'text/html;charset=utf-8', 'content-language': 'en', ...headers },
    body: `<!doctype html><html lang="en"><head><title>${title}</title></head><body><h1>${title}</h1><hr class="line" /><p><b>Type</b> Status Report</p><p><b>Message</b> ${escapeHtml(message)}</p></body></html>`,
  });
}

/** 403 of somebody who gave no credentials: a page that goes on to the login. */
export function loginRequired(path: string, prefix: string): Refused {
  return new Refused({
    status: 403,
    headers: { 'content-type': 'text/html;charset=UTF-8', 'x-hudson': '1.395' },
    body: (/* sets a session, as Jenkins does */) =>
      redirectingPage(
        `${prefix}/login?from=${encodeURIComponent(`${prefix}${path}`)}`,
        'Authentication required',
      ),
  });
}

/** 403 of a known user who lacks a permission. */
export function forbidden(user: string, permission: string, impliedBy: readonly string[]): Refused {
  return new Refused(
    page(403, 'Jenkins', `<h1>Access Denied</h1><p>${user} is missing the ${permission} permission</p>`, {
      'x-you-are-authenticated-as': user,
      'x-you-are-in-group-disabled':
        'JENKINS-39402: use -Dhudson.security.AccessDeniedException2.REPORT_GROUP_HEADERS=true or use /whoAmI to diagnose',
      'x-required-permission': permission,
      'x-permission-implied-by': impliedBy.join(', '),
    }),
  );
}

/** 503 while the server starts. */
export function starting(): Answer {
  return {
    status: 503,
    headers: { 'content-type': 'text/html;charset=UTF-8' },
    body: `<!DOCTYPE html><html><head><title>Starting Jenkins</title></head><body><div id="main-panel"><h1>Please wait while Jenkins is getting ready to work</h1></div></body></html>`,
  };
}

function redirectingPage(to: string, text: string): string {
  return `<html><head><meta http-equiv='refresh' content='1;url=${to}'/><script id='redirect' data-redirect-url='${to}' src='/static/redirect.js'></script></head><body style='background-color:white; color:white;'>\n${text}\n<!--\n-->\n\n</body></html>`;
}

/** Text inside HTML. */
export function escapeHtml(text: string): string {
  return text.replace(/[<>&"']/g, (c) => `&#${c.charCodeAt(0)};`);
}
