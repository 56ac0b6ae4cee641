import type { Environment } from '@marcbachmann/cel-js';
import type { RE2JS } from 're2js';
import { compilePattern } from '../../schema/pattern.ts';
import { charge } from '../budget.ts';

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

/** The pattern, after charging what a match of the text costs by the formula of Kubernetes (`cel/library/cost.go`). */
export function chargedPattern(text: string, pattern: string): RE2JS {
  charge(Math.ceil(text.length / 10) * Math.ceil(pattern.length / 4));
  return compilePattern(pattern);
}

function matches(text: string, pattern: string, limit: number): string[] {
  const matcher = chargedPattern(text, pattern).matcher(text);
  const found: string[] = [];
  while (found.length < limit && matcher.find()) found.push(matcher.group() ?? '');
  return found;
}
