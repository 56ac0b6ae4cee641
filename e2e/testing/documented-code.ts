import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram, type Finished } from './process.ts';

const root = join(import.meta.dirname, '../..');

/**
 * The code blocks of a language as one program. The blocks below one heading share their names; those below the first
 * heading with code share theirs with all.
 */
export function programOf(markdown: string): string {
  const imports: string[] = [];
  const chapters = markdown
    .split(/^#+ .*$/mu)
    .map((chapter) => blocksOf(chapter, 'ts').join('\n'))
    .filter((code) => code !== '')
    .map((code) =>
      code.replaceAll(/^import .*;$/gmu, (line) => {
        imports.push(line);
        return '';
      }),
    );
  const [first = '', ...others] = chapters;
  return [...new Set(imports), first, ...others.map((code) => `{\n${code}}`), ''].join('\n');
}

/** The code blocks of a language. */
export function blocksOf(markdown: string, language: string): readonly string[] {
  return [...markdown.matchAll(new RegExp('^```' + language + '\\n(.*?)^```$', 'gmsu'))].map(
    ([, code = '']) => code,
  );
}

/** A program in a folder of its own, from which packages are found as from the repository. */
export class DocumentedProgram {
  readonly #folder = mkdtempSync(join(tmpdir(), 'documented-'));

  constructor(program: string) {
    symlinkSync(join(root, 'node_modules'), join(this.#folder, 'node_modules'));
    writeFileSync(join(this.#folder, 'package.json'), '{ "type": "module" }');
    writeFileSync(join(this.#folder, 'program.ts'), program);
    const tsconfig = {
      extends: join(root, 'tsconfig.test.json'),
      compilerOptions: { typeRoots: [join(root, 'node_modules/@types')] },
      include: ['program.ts'],
    };
    writeFileSync(join(this.#folder, 'tsconfig.json'), JSON.stringify(tsconfig));
  }

  /** What the compiler says; nothing when all is well. */
  async check(): Promise<string> {
    return (await runProgram('tsc', ['-p', this.#folder, '--pretty', 'false'], { timeoutMs: 120_000 }))
      .stdout;
  }

  /** Runs it to its end. */
  run(env: Readonly<Record<string, string>>): Promise<Finished> {
    const program = join(this.#folder, 'program.ts');
    return runProgram(process.execPath, [program], { env: { ...process.env, ...env }, timeoutMs: 120_000 });
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }
}
