import { describe, expect, test } from 'vitest';
import { connect } from '../connect.ts';
import {
  isJenkinsError,
  type ForbiddenError,
  type JenkinsError,
  type JenkinsErrorCode,
  type NotReadyError,
} from '../errors.ts';
import { recordedResponse, recording, recordingNames } from '../testing/recording.ts';
import { rejection } from './scripted-server.ts';

/** What the client throws for an answer. */
async function errorOf(response: Response): Promise<JenkinsError> {
  const jenkins = connect({
    url: 'http://jenkins.test/',
    auth: { user: 'ada', token: 'the-token' },
    retry: false,
    fetch: () => Promise.resolve(response),
  });
  const error = await rejection(jenkins.raw.request({ path: 'job/a/thing' }));
  if (!isJenkinsError(error)) throw error;
  return error;
}

function page(status: number, body: string, headers: Record<string, string> = {}): Response {
  return new Response(body, { status, headers: { 'content-type': 'text/html;charset=utf-8', ...headers } });
}

/** Codes that a status alone decides. */
const byStatus: Record<number, JenkinsErrorCode[]> = {
  400: ['Invalid'],
  401: ['Unauthenticated'],
  403: ['Forbidden', 'Unauthenticated', 'CrumbRejected'],
  404: ['NotFoundOrHidden'],
  405: ['Invalid'],
  409: ['Disabled', 'Conflict'],
  415: ['Invalid'],
  500: ['ServerFault'],
  503: ['NotReady'],
};

describe('an answer of a real Jenkins', () => {
  const failed = recordingNames().filter((name) => recording(name).response.status >= 400);

  test('fails in all statuses that were recorded', () => {
    expect(failed.length).toBeGreaterThan(80);
    expect(new Set(failed.map((name) => recording(name).response.status)).size).toBeGreaterThanOrEqual(8);
  });

  test.each(failed)('%s becomes a typed error without HTML', async (name) => {
    const { status } = recording(name).response;
    const error = await errorOf(recordedResponse(name));
    expect(byStatus[status]).toContain(error.code);
    expect(error).toMatchObject({ status, method: 'GET', path: 'job/a/thing' });
    expect(error.message).not.toMatch(/<\/?[a-z]|&[a-z]+;|crumb-\d|session-\d/u);
    expect(error.message.length).toBeLessThan(700);
  });

  test.each([
    ['01-auth-01-anon-root-api', 'Unauthenticated', 'who asks'],
    ['01-auth-29-anon-job-404-vs-403', 'Unauthenticated', 'who asks'],
    ['01-auth-04-bad-password', 'Unauthenticated', 'Check the user and the API token'],
    ['01-auth-12-post-password-no-crumb', 'CrumbRejected', 'crumb'],
    ['01-auth-05-user-no-permission', 'Forbidden', 'nobody1 lacks the permission hudson.model.Hudson.Read'],
    ['01-auth-27-viewer-create-403', 'Forbidden', 'hudson.model.Item.Create'],
    ['06-sys-49-casc-apply-dev', 'Forbidden', 'The user may not do this'],
    ['02-items-59-jsonp', 'Forbidden', 'jsonp forbidden; implement jenkins.security.SecureRequester'],
    ['01-auth-31-admin-job-missing', 'NotFoundOrHidden', 'or the user may not see it'],
    ['08-blue-10-pipeline-missing', 'NotFoundOrHidden', 'Pipeline ghost not found'],
    ['02-items-47-job-copy-missing', 'Invalid', 'No such job: ghost'],
    ['02-items-26-pipeline-configSubmit-missing-json', 'Invalid', 'This page expects a form submission'],
    ['08-blue-24-run-create-badparam', 'Invalid', 'No such parameter definition: NOPE'],
    ['08-blue-65-create-git-mb', 'Invalid', 'Failed to create pipeline; credentialId: not found'],
    [
      '06-sys-48-casc-check-bad',
      'Invalid',
      'Invalid configuration elements for type: class jenkins.model.Jenkins',
    ],
    ['08-blue-26-run-create-form', 'Invalid', 'Content-Type: application/json required'],
    ['02-items-43-job-build-disabled', 'Disabled', 'disabled'],
    ['02-items-14-create-xml-garbage', 'ServerFault', '19441bff-ce15-4e74-9a00-62ea2d8fd99d'],
    ['01-auth-28-get-on-post-route', 'Invalid', 'another method is wanted'],
  ])('%s is %s and says "%s"', async (name, code, words) => {
    const error = await errorOf(recordedResponse(name));
    expect(error.code).toBe(code);
    expect(error.message).toContain(words);
  });

  test('names the missing permission and what implies it', async () => {
    const error = (await errorOf(recordedResponse('01-auth-05-user-no-permission'))) as ForbiddenError;
    expect(error).toMatchObject({
      user: 'nobody1',
      permission: 'hudson.model.Hudson.Read',
      impliedBy: ['hudson.security.Permission.GenericRead', 'hudson.model.Hudson.Administer'],
    });
  });

  test('gives the logging id of both kinds of page', async () => {
    expect(await errorOf(recordedResponse('03-builds-30-build-choice-invalid'))).toMatchObject({
      loggingId: 'fe621f05-a094-4c15-8d3b-35b23e74561c',
    });
    expect(await errorOf(page(500, '<p>Logging ID=0a1b2c3d-0000-1111-2222-333344445555</p>'))).toMatchObject({
      loggingId: '0a1b2c3d-0000-1111-2222-333344445555',
    });
  });
});

describe('the words of an error page', () => {
  test.each([
    [
      'Jenkins',
      '<h1>Error</h1><p>A job already exists with the name &#8216;a &amp; b&#x2019;</p>',
      '‘a & b’',
    ],
    ['Jenkins in German', '<h1>Fehler</h1><p>Den Job gibt es schon</p>', 'Den Job gibt es schon'],
    ['several lines', '<h1>Error</h1>\n<pre>one\ntwo</pre>', 'one two'],
    ['Jetty', '<tr><th>MESSAGE:</th><td>Nothing is submitted</td></tr>', 'Nothing is submitted'],
    ['Tomcat', '<p><b>Message</b> Nothing is submitted</p>', 'Nothing is submitted'],
  ])('of %s come into the message', async (_, body, words) => {
    expect((await errorOf(page(400, body))).message).toContain(words);
  });

  test('lose markup, control characters and length', async () => {
    const bad = `<h1>Error</h1><p>a<script>x</script>\u0000\u001b[31m\u202e${'y'.repeat(5000)}</p>`;
    const { message } = await errorOf(page(400, bad));
    expect(message).not.toMatch(/[<>\p{Cc}\u202e]/u);
    expect(message.length).toBeLessThan(600);
  });

  test('are not looked for beyond 256 KB', async () => {
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 65_536;
        controller.enqueue(new Uint8Array(65_536).fill(120));
      },
    });
    const error = await errorOf(new Response(endless, { status: 500 }));
    expect(error.code).toBe('ServerFault');
    expect(sent).toBeLessThan(1_000_000);
  });

  test.each([
    ['headings', '<h1>x</h1><p>'],
    ['tags', '<h1>x</h1><p>' + '<'.repeat(200)],
    ['addresses', 'url='],
    ['spaces', '<h1></h1>' + ' '.repeat(200)],
    ['messages', '<p><b>Message</b><th>MESSAGE:</th><td>'],
    ['entities', '&#1&#x1&a'],
  ])('made of endless %s take no time to read', async (_, part) => {
    const bad = part.repeat(256_000 / part.length);
    const { code } = await errorOf(page(403, bad));
    expect(code).toBe('Forbidden');
  });

  test('of an exception come without its trace', async () => {
    const trace =
      'java.io.IOException: no such file\n\tat hudson.FilePath.read(FilePath.java:7)\n\tat a.B.c(B.java:1)\n';
    const error = await errorOf(
      new Response(trace, { status: 500, headers: { 'content-type': 'text/plain;charset=utf-8' } }),
    );
    expect(error.message).toMatch(/: java\.io\.IOException: no such file$/u);
  });

  test('of JSON that is none, or not an object, do no harm', async () => {
    for (const body of ['{', 'null', '3', '"x"', '[null,3]', '{"message":5,"errors":[null,{"message":7}]}']) {
      const error = await errorOf(
        new Response(body, { status: 400, headers: { 'content-type': 'application/json' } }),
      );
      expect(error.code).toBe('Invalid');
    }
  });
});

describe('other answers', () => {
  test.each([429, 502, 503, 504])('%i is NotReady', async (status) => {
    expect(await errorOf(page(status, '<title>Starting Jenkins</title>'))).toMatchObject({
      code: 'NotReady',
      retryAfterMs: undefined,
    });
  });

  test.each([
    [409, '<h1>Error</h1><p>a disabled is not buildable</p>', 'Disabled'],
    [409, '<h1>Error</h1><p>Pipeline changed meanwhile</p>', 'Conflict'],
    [410, '', 'NotFoundOrHidden'],
    [413, '', 'Invalid'],
    [414, '', 'Invalid'],
    [431, '', 'Invalid'],
    [422, '', 'Invalid'],
    [501, '', 'ServerFault'],
    [304, undefined, 'UnexpectedBody'],
  ])('%i with "%s" is %s', async (status, body, code) => {
    const answer = body === undefined ? new Response(null, { status }) : page(status, body);
    expect(await errorOf(answer)).toMatchObject({ code, status });
  });

  test('Retry-After is read as seconds and as a date', async () => {
    expect(await errorOf(page(503, '', { 'retry-after': '7' }))).toMatchObject({ retryAfterMs: 7000 });
    const past = 'Wed, 21 Oct 2015 07:28:00 GMT';
    expect(await errorOf(page(503, '', { 'retry-after': past }))).toMatchObject({ retryAfterMs: 0 });
    const later = new Date(Date.now() + 3_600_000).toUTCString();
    const { retryAfterMs } = (await errorOf(page(503, '', { 'retry-after': later }))) as NotReadyError;
    expect(retryAfterMs).toBeGreaterThan(3_000_000);
    expect(await errorOf(page(503, '', { 'retry-after': 'soon' }))).toMatchObject({
      retryAfterMs: undefined,
    });
  });

  test.each([
    ['/login?from=%2Fjob', 'http://jenkins.test/login'],
    ['/securityRealm/commenceLogin?from=%2F', 'http://jenkins.test/securityRealm/commenceLogin'],
    ['https://sso.test/auth/realms/x?client_id=1&state=secret', 'https://sso.test/auth/realms/x'],
  ])('a redirect to %s is a login', async (location, shown) => {
    const error = await errorOf(new Response(null, { status: 302, headers: { location } }));
    expect(error).toMatchObject({ code: 'LoginRedirect', location: shown });
    expect(error.message).not.toContain('secret');
  });

  test('a redirect that is no result is not followed', async () => {
    const error = await errorOf(new Response(null, { status: 302, headers: { location: '/job/b/' } }));
    expect(error).toMatchObject({ code: 'UnexpectedBody', status: 302 });
  });
});
