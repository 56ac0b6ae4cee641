import { describe, expect, test } from 'vitest';
import { answering, recordedRequest, type Sent } from '../testing/recorded-exchange.ts';
import { readCompileStatus, readFormValidation } from './finding.ts';

/** The text and the JSON that were converted in a recording. */
const given = async (name: string) => {
  const { form } = await recordedRequest(name);
  return { jenkinsfile: String(form?.['jenkinsfile']), json: form?.['json'] };
};
const without = (line: number | undefined, column: number | undefined) => ({
  line,
  column,
  location: undefined,
});

async function expectAsRecorded(sent: readonly Sent[], name: string): Promise<void> {
  expect(sent).toEqual([await recordedRequest(name)]);
}

describe('a Jenkinsfile', () => {
  test('becomes JSON', async () => {
    const name = '07-conv-07-toJson';
    const { jenkins, sent } = answering(name);
    const json = await jenkins.converter.toJson((await given(name)).jenkinsfile);
    expect(json).toHaveProperty('pipeline.stages.0.name', 'Build');
    await expectAsRecorded(sent, name);
  });

  test('comes from JSON', async () => {
    const name = '07-conv-10-toJenkinsfile';
    const { jenkins, sent } = answering(name);
    expect(await jenkins.converter.toJenkinsfile((await given(name)).json)).toMatch(/^pipeline \{\n/u);
    await expectAsRecorded(sent, name);
  });

  test.each([
    ['07-conv-08-toJson-bad', 'line 1, column 11: unexpected token:'],
    ['07-conv-09-toJson-empty', "No content found for 'jenkinsfile' parameter"],
  ])('that is not right does not become JSON (%s)', async (name, finding) => {
    const { jenkins } = answering(name);
    await expect(jenkins.converter.toJson('pipeline {')).rejects.toMatchObject({
      code: 'Invalid',
      findings: [finding],
    });
  });

  test('does not come from JSON that is not right', async () => {
    const { jenkins } = answering('07-conv-11-toJenkinsfile-bad', '07-conv-12-toJenkinsfile-notjson');
    await expect(jenkins.converter.toJenkinsfile({ pipeline: { stages: [] } })).rejects.toMatchObject({
      findings: ["pipeline: Missing one or more required properties: 'agent'"],
    });
    await expect(jenkins.converter.toJenkinsfile('')).rejects.toMatchObject({
      findings: [expect.stringMatching(/^Unexpected character/u)],
    });
  });
});

describe('steps', () => {
  test('become JSON', async () => {
    const name = '07-conv-15-stepsToJson';
    const { jenkins, sent } = answering(name);
    expect(await jenkins.converter.stepsToJson((await given(name)).jenkinsfile)).toMatchObject([
      { name: 'echo' },
      { name: 'sh' },
    ]);
    await expectAsRecorded(sent, name);
  });

  test('come from JSON', async () => {
    const name = '07-conv-16-stepsToJenkinsfile';
    const { jenkins, sent } = answering(name);
    expect(await jenkins.converter.stepsToJenkinsfile((await given(name)).json)).toBe("echo 'hi'");
    await expectAsRecorded(sent, name);
  });
});

describe('a check', () => {
  test.each(['07-conv-04-validateJenkinsfile-ok', '07-conv-18-validate-viewer'])(
    'finds nothing (%s)',
    async (name) => {
      const { jenkins, sent } = answering(name);
      expect(await jenkins.converter.validateJenkinsfile((await given(name)).jenkinsfile)).toEqual([]);
      await expectAsRecorded(sent, name);
    },
  );

  test('finds what is wrong with a text, and where', async () => {
    const { jenkins } = answering(
      '07-conv-05-validateJenkinsfile-bad',
      '07-conv-06-validateJenkinsfile-scripted',
    );
    expect(await jenkins.converter.validateJenkinsfile('a')).toEqual([
      { message: 'Expected one of "steps", "stages", or "parallel" for stage "a"', ...without(4, 2) },
    ]);
    expect(await jenkins.converter.validateJenkinsfile('b')).toEqual([
      {
        message: "Jenkinsfile content 'node { echo 'x' }' did not contain the 'pipeline' step",
        ...without(undefined, undefined),
      },
    ]);
  });

  test('finds what is wrong with JSON, and where', async () => {
    const { jenkins, sent } = answering('07-conv-13-validateJson-ok', '07-conv-14-validateJson-bad');
    const { json } = await given('07-conv-13-validateJson-ok');
    expect(await jenkins.converter.validateJson(json)).toEqual([]);
    expect(await jenkins.converter.validateJson({})).toMatchObject([
      { location: ['pipeline', 'stages', '0'] },
    ]);
    expect(sent[0]).toEqual(await recordedRequest('07-conv-13-validateJson-ok'));
  });

  test('is not for those whom Jenkins does not know', async () => {
    const { jenkins } = answering('07-conv-17-validate-anon');
    await expect(jenkins.converter.validateJenkinsfile('a')).rejects.toMatchObject({
      code: 'Unauthenticated',
    });
  });

  test.each(['{}', '{"data":{"result":"failure","errors":[]}}', '[]'])(
    'has a verdict, not %s',
    async (body) => {
      const { jenkins } = answering({ status: 200, body });
      await expect(jenkins.converter.validateJson({})).rejects.toMatchObject({ code: 'UnexpectedBody' });
    },
  );

  test('that names several faults in one entry is read whole', async () => {
    const body = JSON.stringify({ data: { result: 'failure', errors: [{ error: ['a', 'b'] }] } });
    const { jenkins } = answering({ status: 200, body });
    expect(await jenkins.converter.validateJson({})).toMatchObject([{ message: 'a; b' }]);
  });
});

describe('a script', () => {
  test('that compiles is answered with an object, one that does not with a list', async () => {
    const ok = '07-conv-26-checkScriptCompile-ok';
    const fails = '07-conv-25-checkScriptCompile';
    const { jenkins, sent } = answering(ok, fails);
    expect(await jenkins.converter.checkScript(['team', 'p1'], 'echo 1')).toEqual([]);
    expect(await jenkins.converter.checkScript(['team', 'p1'], 'pipeline {')).toEqual([
      { message: 'unexpected token:', ...without(1, 11) },
    ]);
    expect(sent).toEqual([await recordedRequest(ok), await recordedRequest(fails)]);
  });

  test.each([{}, { status: 'fail' }, 'x', null])('has a verdict, not %j', (json) => {
    expect(readCompileStatus(json)).toBeUndefined();
  });
});

describe('a schedule', () => {
  test('is told when it runs, or why it cannot be read', async () => {
    const ok = '05-cred-62-checkScriptPath';
    const wrong = '05-cred-63-checkCron-bad';
    const { jenkins, sent } = answering(ok, wrong);
    expect(await jenkins.converter.checkCron('H H(0-3) * * *')).toEqual([
      { kind: 'ok', message: expect.stringMatching(/^Would last have run at .* Time\.$/u) as string },
    ]);
    expect(await jenkins.converter.checkCron('99 * * * *')).toEqual([
      {
        kind: 'error',
        message: 'Invalid input: "99 * * * *": line 1:2: 99 is an invalid value. Must be within 0 and 59',
      },
    ]);
    expect(sent).toEqual([await recordedRequest(ok), await recordedRequest(wrong)]);
  });

  test.each([
    ['<div/>', []],
    ['', []],
    [
      '<div class=warning><img src="x">Spread &amp; load<br>it</div>',
      [{ kind: 'warning', message: 'Spread & load it' }],
    ],
  ])('of which is said %s', (html, remarks) => {
    expect(readFormValidation(html)).toEqual(remarks);
  });
});

test('a page of remarks that do not end takes no time', () => {
  expect(readFormValidation('<div class=ok>'.repeat(200_000))).toEqual([]);
  expect(readFormValidation(`<div class=ok>${'<'.repeat(500_000)}</div>`)).toHaveLength(1);
});
