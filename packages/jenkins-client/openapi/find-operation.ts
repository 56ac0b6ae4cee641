import { operations } from './document.ts';
import type { Operation } from './operation.ts';

const patterns: Readonly<Record<string, string>> = {
  item: 'job/[^/]+(?:/job/[^/]+)*',
  build: '(?:[1-9][0-9]*|last[A-Za-z]*Build)',
  artifact: '.+',
  pipeline: 'pipelines/[^/]+(?:/pipelines/[^/]+)*(?:/branches/[^/]+)?',
};

const routes = operations.map((operation) => ({
  operation,
  pattern: new RegExp(
    `^${operation.path
      .replaceAll(/[.*()$+?]/g, String.raw`\$&`)
      .replaceAll(/\{(\w+)\}/g, (_, name: string) => patterns[name] ?? '[^/]+')}$`,
  ),
}));

/** The described operation of a request; the path is below the server's address and has no query. */
export function findOperation(method: string, path: string): Operation | undefined {
  return routes.find((route) => route.operation.method === method && route.pattern.test(path))?.operation;
}
