/**
 * The texts of `Warning` headers (RFC 7234 section 5.5), as the API server sends them for deprecated
 * versions and unknown fields: `299 - "text"`, several joined by commas or repeated.
 */
export function parseWarnings(header: string | string[] | undefined): string[] {
  if (header === undefined) return [];
  const warnings: string[] = [];
  for (const value of typeof header === 'string' ? [header] : header) {
    for (const match of value.matchAll(/\b299 \S+ "((?:[^"\\]|\\.)*)"/gu)) {
      warnings.push((match[1] ?? '').replaceAll(/\\(.)/gu, '$1'));
    }
  }
  return warnings;
}
