/** The client uses only what Node, Deno, Bun and browsers have. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** Files that are not part of the client: its tests, and what they use. */
const others = /^testing\/|\.test\.ts$|\/(?:fake-team|scripted-server)\.ts$/u;

const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.ts') && !others.test(file),
);

test.each(files)('%s', (file) => {
  const code = readFileSync(join(import.meta.dirname, file), 'utf8').replaceAll(
    /\/\*[\s\S]*?\*\/|\/\/.*/gu,
    '',
  );
  expect(code).not.toMatch(/from '(?!\.)/u);
  expect(code).not.toMatch(/\b(?:Buffer|process|setImmediate|__dirname|require)\b(?!')/u);
});

test('there is something to look at', () => {
  expect(files.length).toBeGreaterThan(100);
});
