import { ConnectionFailedError, type ErrorOrigin } from '../errors.ts';

/** Codes of failures before anything was sent; those that time may heal. Node, undici and Bun each have their own. */
const unsent = new Set([
  'ECONNREFUSED',
  'ConnectionRefused',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'EHOSTDOWN',
  'UND_ERR_CONNECT_TIMEOUT',
]);
/** Codes of failures before anything was sent that no repetition heals. */
const lasting =
  /^(?:ENOTFOUND|FailedToOpenSocket|EPROTO|ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH|ERR_INVALID_|UND_ERR_INVALID_ARG|UND_ERR_PRX_TLS)/u;

/** Where there is no code but only words: Deno's connector, and ports that `fetch` itself refuses. */
const byWords: readonly (readonly [RegExp, string])[] = [
  [/\bbad port\b|\bports? \d+ are blocked/u, 'ERR_INVALID_PORT'],
  [/\(Connect\): dns error/u, 'ENOTFOUND'],
  [/\(Connect\): invalid peer certificate/u, 'CERT_INVALID'],
  [/\(Connect\): tcp connect error/u, 'ECONNREFUSED'],
];

/** What `fetch` or the reading of a body threw, as a typed error. */
export function fetchError(cause: unknown, origin: ErrorOrigin): ConnectionFailedError {
  const codes = codesOf(cause);
  const hopeless = codes.find((code) => lasting.test(code));
  const early = codes.length > 0 && codes.every((code) => unsent.has(code));
  const code = hopeless ?? codes[0];
  const maybeSent = hopeless === undefined && !early;
  return new ConnectionFailedError(
    maybeSent
      ? `The connection to Jenkins broke before the answer was whole${code === undefined ? '' : ` (${code})`}.`
      : `No connection to Jenkins (${code}). Check the url, the network and the certificates.`,
    maybeSent,
    showsQuery(cause) ? origin : { ...origin, cause },
    hopeless !== undefined,
  );
}

/** Bun and Deno put the whole address into their errors; its query may hold a secret. */
function showsQuery(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const path = 'path' in error ? String(error.path) : '';
  return /\/\S*\?\S/u.test(`${error.message} ${path}`) || showsQuery(error.cause);
}

/** The codes in an error, its causes, and the attempts of one that holds several. */
function codesOf(error: unknown, depth = 0): string[] {
  if (typeof error !== 'object' || error === null || depth > 4) return [];
  const several = 'errors' in error && Array.isArray(error.errors) ? error.errors : [];
  const inner = [...several, 'cause' in error ? error.cause : undefined].flatMap((one) =>
    codesOf(one, depth + 1),
  );
  if (inner.length > 0) return inner;
  if ('code' in error && typeof error.code === 'string') return [error.code];
  const message = 'message' in error ? String(error.message) : '';
  return byWords.filter(([words]) => words.test(message)).map(([, code]) => code);
}
