import type { Environment } from '@marcbachmann/cel-js';
import { compilePattern } from '../../schema/pattern.ts';

/** Kubernetes' `find` and `findAll` (`cel/library/regex.go`), with the syntax and time bound of RE2. */
export function registerRegex(environment: Environment): void {
  environment
    .registerFunction(
      'string.find(string): string',
      (text: string, pattern: string) => matches(text, pattern, 1)[0] ?? '',
    )
    .registerFunction('string.findAll(string): list<string>', (text: string, pattern: string) =>
      matches(text, pattern, Number.MAX_SAFE_INTEGER),
    )
    .registerFunction(
      'string.findAll(string, int): list<string>',
      (text: string, pattern: string, limit: bigint) =>
        matches(text, pattern, limit < 0n ? Number.MAX_SAFE_INTEGER : Number(limit)),
    );
}

function matches(text: string, pattern: string, limit: number): string[] {
  const matcher = compilePattern(pattern).matcher(text);
  const found: string[] = [];
  while (found.length < limit && matcher.find()) found.push(matcher.group() ?? '');
  return found;
}
