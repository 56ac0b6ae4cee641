/** One named check behind `/livez`, `/readyz` and `/healthz`; it returns why it fails, or nothing. */
export interface HealthCheck {
  name: string;
  /** Whether the server is of no use at all while it fails; such checks are in `/livez` too. */
  vital: boolean;
  problem(): string | undefined;
}

/** A plain-text answer. */
export interface HealthAnswer {
  code: number;
  text: string;
}

const roots = new Set(['livez', 'readyz', 'healthz']);

/**
 * Answers `/livez`, `/readyz`, `/healthz`, with `?verbose` and `?exclude=`, and one check below each
 * (`/readyz/storage`), as k8s.io/apiserver's `healthz` does. Undefined for other paths.
 */
export function healthAnswer(
  path: string,
  query: URLSearchParams,
  checks: readonly HealthCheck[],
): HealthAnswer | undefined {
  const [root = '', name, ...rest] = path.slice(1).split('/');
  if (!roots.has(root) || rest.length > 0) return undefined;
  const relevant = checks.filter((check) => root !== 'livez' || check.vital);
  if (name) {
    const check = relevant.find((candidate) => candidate.name === name);
    if (!check) return undefined;
    const problem = check.problem();
    return problem === undefined
      ? { code: 200, text: 'ok' }
      : { code: 500, text: `internal server error: ${problem}\n` };
  }
  const excluded = new Set(query.getAll('exclude'));
  const results = relevant.map((check) => ({
    check,
    problem: excluded.has(check.name) ? undefined : check.problem(),
  }));
  const failed = results.some(({ problem }) => problem !== undefined);
  if (!failed && !query.has('verbose')) return { code: 200, text: 'ok' };
  const lines = results.map(({ check, problem }) => {
    if (excluded.has(check.name)) return `[+]${check.name} excluded: ok`;
    return problem === undefined ? `[+]${check.name} ok` : `[-]${check.name} failed: ${problem}`;
  });
  const verdict = `${root} check ${failed ? 'failed' : 'passed'}`;
  return { code: failed ? 500 : 200, text: `${[...lines, verdict].join('\n')}\n` };
}
