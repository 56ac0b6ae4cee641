/** Whether the program runs in a page of a browser, or in a worker. */
const inBrowser = ('document' in globalThis || 'WorkerGlobalScope' in globalThis) && !('Deno' in globalThis);

/** Who is asking, for the server's access log. Browsers name themselves and make a preflight of it. */
export const userAgent: Readonly<Record<string, string>> = inBrowser
  ? {}
  : { 'user-agent': 'armillary-jenkins-client' };

/**
 * What browsers must leave: out of their cache they would give the artifacts of an earlier build for those of the last
 * one, because Jenkins says how old a file is, and not for how long it holds.
 */
export const browserSettings: Pick<RequestInit, 'cache'> = inBrowser ? { cache: 'no-store' } : {};
