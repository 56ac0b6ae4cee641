/** Who is asking, for the server's access log. Browsers name themselves and make a preflight of it. */
export function userAgent(): Readonly<Record<string, string>> {
  const browser = 'document' in globalThis || 'WorkerGlobalScope' in globalThis;
  return browser && !('Deno' in globalThis) ? {} : { 'user-agent': 'armillary-jenkins-client' };
}
