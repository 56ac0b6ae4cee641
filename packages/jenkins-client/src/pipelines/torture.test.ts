import { describe, expect, test } from 'vitest';
import { isJenkinsError } from '../errors.ts';
import { planChange } from './plan.ts';
import type { Rolls } from './random/file.ts';
import { inventory } from './random/inventory.ts';
import { randomStored } from './random/stored.ts';
import type { InlinePipelineSpec, MultibranchPipelineSpec, PipelineSpec } from './spec.ts';
import { patchStored, readStored } from './stored.ts';
import { wantedPipeline } from './wanted.ts';

/** What a change of a setting may touch: paths without the root. */
const TOUCHED: Readonly<Record<string, RegExp>> = {
  description: /^description$/,
  displayName: /^displayName$/,
  disabled: /^disabled$/,
  parameters: /^properties\/hudson\.model\.ParametersDefinitionProperty\b/,
  discarder: /^logRotator\b|^properties\/jenkins\.model\.BuildDiscarderProperty\b/,
  concurrentBuilds: /^concurrentBuild$|^properties\/.*DisableConcurrentBuildsJobProperty\b/,
  triggers: /^authToken$|^triggers\/|^properties\/[^/]*PipelineTriggersJobProperty\b/,
  durability: /^properties\/[^/]*DurabilityHintJobProperty\b/,
  resumable: /^properties\/[^/]*DisableResumeJobProperty\b/,
  quietPeriodS: /^quietPeriod$/,
  script: /^definition\/script$/,
  sandbox: /^definition\/sandbox$/,
  scm: /^definition\/scm\b/,
  scriptPath: /^definition\/scriptPath$|^factory\b/,
  sources: /^sources\b/,
  orphans: /^orphanedItemStrategy\b/,
  scanIntervalMs: /^triggers\/[^/]*PeriodicFolderTrigger\b/,
};

const odd = ['', ' plain ', 'a\nb\r\n\tc', '<&>"\']]>', '🚀 ü\u2028\u0085\u0001', '&amp;#65;'];

/** Values that a specification may want for a setting, in the form in which they are read. */
const WANTED: Readonly<Record<string, readonly unknown[]>> = {
  description: odd,
  displayName: [null, 'Other', '<&>'],
  disabled: [true, false],
  parameters: [
    [],
    [{ type: 'string', name: 'NEW', default: odd[4], trim: true }],
    [
      { type: 'boolean', name: 'B', default: true },
      { type: 'string', name: 'S', description: odd[3] },
      { type: 'choice', name: 'C', choices: ['', 'x'] },
    ],
    [
      { type: 'choice', name: 'S', choices: ['one'] },
      { type: 'text', name: 'T', default: 'a\nb' },
    ],
  ],
  discarder: [null, {}, { daysToKeep: 3 }, { buildsToKeep: 1, artifactDaysToKeep: 0 }],
  concurrentBuilds: [true, false, 'abort-previous'],
  triggers: [
    {},
    { cron: '@daily' },
    { pollScm: { cron: '', ignoreHooks: true }, remoteToken: 't' },
    { cron: 'H * * * *', upstream: { projects: ['a', 'b/c'], threshold: 'FAILURE' } },
    { genericWebhook: { token: 'x', variables: [{ key: 'k', expression: '$.k' }] } },
  ],
  durability: [null, 'MAX_SURVIVABILITY'],
  resumable: [true, false],
  quietPeriodS: [null, 0, 30],
  script: odd,
  sandbox: [true, false],
  scm: [
    { type: 'git', url: 'u', branches: ['*/a', '*/b'] },
    { type: 'git', url: 'v', credentialsId: 'c', remoteName: 'up', clone: { shallow: true, depth: 2 } },
  ],
  scriptPath: ['Jenkinsfile', 'a b/<J>'],
  sources: [
    [],
    [{ type: 'git', id: 'new', url: 'u', discoverBranches: false, automaticBuilds: false }],
    [
      {
        type: 'github',
        id: 'gh2',
        owner: 'o',
        repository: 'r',
        discoverForks: { build: 'head', trust: 'nobody' },
      },
      { type: 'git', id: 'git', url: 'other', regexFilter: '^a' },
    ],
  ],
  orphans: [null, {}, { daysToKeep: 4, abortBuilds: true }],
  scanIntervalMs: [null, 60_000, 86_400_000],
};

function rolls(seed: number): Rolls {
  let state = seed * 2_654_435_761;
  const below = (limit: number): number => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    return ((state ^ (state >>> 13)) >>> 0) % limit;
  };
  return {
    below,
    often: () => below(3) > 0,
    one: (values) => values.at(below(values.length)) as (typeof values)[number],
  };
}

/** A part of the settings that a stored pipeline has, with other values. */
function randomChange(spec: PipelineSpec, roll: Rolls): Readonly<Record<string, unknown>> {
  const keys = Object.keys(spec).filter((key) => WANTED[key] !== undefined && roll.below(4) === 0);
  return Object.fromEntries(keys.map((key) => [key, roll.one(WANTED[key] ?? [])]));
}

function withoutSettings(spec: PipelineSpec): PipelineSpec {
  if (spec.kind === 'inline') return { kind: 'inline', script: spec.script };
  return spec.kind === 'scm'
    ? { kind: 'scm', scm: spec.scm }
    : { kind: 'multibranch', sources: spec.sources };
}

const SEEDS = Array.from({ length: 40 }, (_, batch) => batch);

describe.each(['job', 'multibranch'] as const)('any stored %s', (kind) => {
  test.each(SEEDS)('is read, and changed where it is asked to and nowhere else (%i)', (batch) => {
    for (let round = 0; round < 15; round++) {
      const roll = rolls(batch * 1000 + round + 1);
      const { text, foreign } = randomStored(kind, roll);
      const { spec, unmanaged } = readStored(text);
      expect(() => wantedPipeline(spec)).not.toThrow();
      expect(patchStored(text, spec, false).text).toBe(text);
      expect(planChange(wantedPipeline(spec), text, {})).toMatchObject({ needed: false, differences: [] });

      const change = randomChange(spec, roll);
      const wanted = { ...withoutSettings(spec), ...change } as PipelineSpec;
      let after: string;
      try {
        after = patchStored(text, wanted, false).text;
      } catch (error) {
        // Names that somebody else's thing has, and what old versions of the git plugin stored.
        expect(isJenkinsError(error, 'Conflict') && /the name of|old versions/.test(error.message)).toBe(
          true,
        );
        continue;
      }
      const back = readStored(after);
      expect(told(back.spec)).toEqual(told({ ...spec, ...change }));
      expect(patchStored(after, wanted, false).text).toBe(after);
      expect(planChange(wantedPipeline(wanted), after, {})).toMatchObject({ needed: false, differences: [] });
      const known = unmanaged.map(plain);
      for (const path of back.unmanaged.map(plain)) {
        expect(known.filter((other) => path === other || path.startsWith(`${other}/`))).not.toEqual([]);
      }

      expectSameOutside(text, after, Object.keys(change));
      for (const piece of foreign) {
        const replaced = Object.keys(change).some((key) => piece.replacedBy === key);
        if (!replaced) expect(after).toContain(piece.raw);
      }
      expectSameStyle(text, after);
    }
  });
});

/** Without the remote token: a stored secret is not replaced unless that is asked for. */
function told(spec: object): unknown {
  return JSON.parse(JSON.stringify(spec).replace(/,?"remoteToken":"[^"]*"/, ''));
}

/** A path without positions: they shift when others go. */
function plain(path: string): string {
  return path.replace(/\[\d+\]/g, '');
}

/** Everything that no changed setting stands for is there, as it was and in its order. */
function expectSameOutside(before: string, after: string, keys: readonly string[]): void {
  const touched = keys.map((key) => TOUCHED[key] ?? /^$/);
  const rest = (text: string): readonly string[] =>
    inventory(text)
      .filter(({ path }) => !touched.some((pattern) => pattern.test(path)))
      // A container of properties or triggers may appear with the first that is wanted.
      .filter(({ path, own }) => own !== '<>' || !/^(?:properties|triggers)$/.test(path))
      .map(({ path, own }) => `${path} ${own}`);
  expect(rest(after)).toEqual(rest(before));
}

/** New lines look like the old ones. */
function expectSameStyle(before: string, after: string): void {
  const between = (text: string): string => text.replace(/>[^<>]*[^<>\s][^<>]*</g, '><');
  const gaps = between(after).match(/>[ \t\r\n]*</g) ?? [];
  const old = new Set(between(before).match(/>[ \t\r\n]*</g));
  const lineEnds = new Set(
    [...old].map((gap) => (gap.includes('\r\n') ? 'CRLF' : gap.includes('\n') ? 'LF' : '')),
  );
  lineEnds.add('');
  for (const gap of gaps) {
    const lineEnd = gap.includes('\r\n') ? 'CRLF' : gap.includes('\n') ? 'LF' : '';
    expect([...lineEnds]).toContain(lineEnd);
    if (gap.includes('\t')) expect([...old].some((other) => other.includes('\t'))).toBe(true);
    if (/\n +</.test(gap)) expect([...old].some((other) => /\n +</.test(other))).toBe(true);
  }
}

describe.each(['job', 'multibranch'] as const)('a damaged %s', (kind) => {
  const PIECES = [
    '<',
    '>',
    '</',
    '/>',
    '"',
    "'",
    '&',
    ';',
    '<!--',
    '-->',
    '<![CDATA[',
    ']]>',
    '<?',
    '=',
    ' ',
    '\0',
    'x',
  ];

  test('is read, or refused by an error that says so', () => {
    const roll = rolls(7);
    for (let round = 0; round < 1000; round++) {
      const { text } = randomStored(kind, roll);
      const at = roll.below(text.length);
      const damaged = text.slice(0, at) + roll.one(PIECES) + text.slice(at + roll.below(4));
      try {
        expect(patchStored(damaged, readStored(damaged).spec, false).text).toBe(damaged);
      } catch (error) {
        if (!isJenkinsError(error)) throw error;
        expect(['UnexpectedBody', 'Conflict']).toContain(error.code);
      }
    }
  });

  test('with elements missing, given twice or emptied is read, and stays as it is', () => {
    const roll = rolls(11);
    for (let round = 0; round < 800; round++) {
      let { text } = randomStored(kind, roll);
      const elements = [
        ...text.matchAll(
          /<(?!definition|flow-def|org\.jenkinsci\.plugins\.workflow\.multi)([\w.]+)[^<>]*>[^<>]*<\/\1>/g,
        ),
      ];
      for (let cuts = roll.below(4); cuts > 0 && elements.length > 0; cuts--) {
        const [whole, name = ''] = roll.one(elements);
        text = text.replace(whole, () =>
          roll.one(['', whole + whole, `<${name}/>`, `<${name} class="x.Y"/>`]),
        );
      }
      const { spec } = readStored(text);
      expect(patchStored(text, spec, false).text).toBe(text);
      const change = randomChange(spec, roll);
      const wanted = wantedPipeline({ ...spec, ...change });
      try {
        const after = wanted.patch(text, false).text;
        expect(told(readStored(after).spec)).toEqual(told({ ...spec, ...change }));
        expect(planChange(wanted, after, {})).toMatchObject({ needed: false, differences: [] });
      } catch (error) {
        if (!isJenkinsError(error, 'Conflict')) throw error;
      }
    }
  });
});

describe('a file of megabytes', () => {
  const wrap = (inside: string): string => `<flow-definition>\n${inside}\n</flow-definition>`;
  const inline: InlinePipelineSpec = { kind: 'inline', script: 'echo 1' };
  const many = 30_000;

  // Twice the size must not take four times as long; the limit only catches what is quadratic, by far.
  test.each([
    ['siblings', wrap('<x/>'.repeat(many * 10))],
    ['text', wrap(`<x>${'&amp;'.repeat(1_000_000)}</x>`)],
    ['comments', wrap('<!-- - -->'.repeat(many * 10))],
    ['attributes', wrap(`<x ${'a="1" '.repeat(many * 10)}/>`)],
    [
      'parameters',
      wrap(
        `<properties><hudson.model.ParametersDefinitionProperty><parameterDefinitions>${Array.from({ length: many }, (_, index) => `<hudson.model.StringParameterDefinition><name>P${index}</name></hudson.model.StringParameterDefinition>`).join('\n')}</parameterDefinitions></hudson.model.ParametersDefinitionProperty></properties>`,
      ),
    ],
    [
      'references',
      wrap(`<l>${'<x/>'.repeat(many)}${`<y><x reference="../../x[${many}]"/></y>`.repeat(many)}</l>`),
    ],
  ])(
    'is read and changed in linear time: %s',
    (_, text) => {
      const { spec } = readStored(text);
      const reversed = [...((spec as InlinePipelineSpec).parameters ?? [])].reverse();
      expect(patchStored(text, { ...inline, parameters: reversed }, false).text).toContain('echo 1');
      expect(patchStored(text, { ...inline, parameters: [] }, false).text).toContain('echo 1');
    },
    60_000,
  );

  test.each([
    ['an open tag', `<a ${' '.repeat(3_000_000)}`],
    ['an open attribute', `<a ${'b'.repeat(3_000_000)}`],
    ['an open value', `<a b="${'c'.repeat(3_000_000)}`],
    ['attributes without end', `<a ${'b="1" '.repeat(500_000)}`],
    ['spaces in attributes', `<a ${`b${' '.repeat(1000)}`.repeat(3000)}`],
    ['an open comment', `<a><!-- ${'-'.repeat(3_000_000)}`],
    ['open sections', `<a>${'<![CDATA['.repeat(300_000)}`],
    ['open instructions', `<a>${'<?x '.repeat(500_000)}`],
    ['ends only', '</a>'.repeat(500_000)],
    ['a declaration', `<?xml ${'encoding '.repeat(300_000)}`],
    ['entities', `<!DOCTYPE a [<!ENTITY b "${'c'.repeat(1_000_000)}">]><a>&b;</a>`],
  ])('is refused in linear time: %s', (_, text) => {
    expect(() => readStored(text)).toThrow(expect.objectContaining({ code: 'UnexpectedBody' }) as Error);
  });
});

test('a multibranch pipeline without anything is read', () => {
  const { spec } = readStored('<org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject/>');
  expect((spec as MultibranchPipelineSpec).sources).toEqual([]);
});
