import { expect, test } from 'vitest';
import { answering, recordedRequest } from '../testing/recorded-exchange.ts';

const check = '06-sys-46-casc-check';
const bad = '06-sys-48-casc-check-bad';

test('finds nothing wrong', async () => {
  const { jenkins, sent } = answering(check);
  expect(await jenkins.casc.check('jenkins:\n  systemMessage: hi\n')).toEqual([]);
  expect(sent).toEqual([await recordedRequest(check)]);
});

test('tells what is wrong; the line only when it is one', async () => {
  const { jenkins, sent } = answering(bad, { status: 400, body: '[{"line":3,"message":"m"}]' });
  const [finding] = await jenkins.casc.check('jenkins:\n  nope: hi\n');
  expect(finding?.line).toBeUndefined();
  expect(finding?.message).toMatch(/^jenkins: Invalid configuration elements for type: .* : nope\.\n/u);
  expect(await jenkins.casc.check('a')).toEqual([{ severity: 'error', line: 3, message: 'm' }]);
  expect(sent[0]).toEqual(await recordedRequest(bad));
});

test('applies what it checked', async () => {
  const { jenkins, sent } = answering(check, '06-sys-47-casc-apply');
  await jenkins.casc.apply('jenkins:\n  systemMessage: "set by casc"\n');
  expect(sent[1]).toEqual(await recordedRequest('06-sys-47-casc-apply'));
});

test('applies in spite of warnings', async () => {
  const warned = { status: 200, body: '[{"line":2,"warning":"an obsolete attribute name"}]' };
  const { jenkins, sent } = answering(warned, warned, '06-sys-47-casc-apply');
  expect(await jenkins.casc.check('a')).toEqual([
    { severity: 'warning', line: 2, message: 'an obsolete attribute name' },
  ]);
  await jenkins.casc.apply('a');
  expect(sent).toHaveLength(3);
});

test('does not apply what is wrong', async () => {
  const { jenkins, sent } = answering(bad);
  await expect(jenkins.casc.apply('jenkins:\n  nope: hi\n')).rejects.toMatchObject({
    code: 'Invalid',
    findings: [expect.stringContaining('nope')],
  });
  expect(sent).toHaveLength(1);
});

test('is for administrators', async () => {
  const { jenkins } = answering('06-sys-49-casc-apply-dev');
  await expect(jenkins.casc.apply('jenkins:\n  systemMessage: hi\n')).rejects.toMatchObject({
    code: 'Forbidden',
  });
});

test('reloads, exports and describes', async () => {
  const { jenkins, sent } = answering('06-sys-45-casc-reload', '06-sys-43-casc-export', {
    status: 200,
    body: '{"$schema":"http://json-schema.org/draft-07/schema#"}',
  });
  await jenkins.casc.reload();
  expect(await jenkins.casc.export()).toMatch(/^credentials:\n {2}system:\n/u);
  expect(await jenkins.casc.schema()).toHaveProperty('$schema');
  expect(sent).toEqual([
    await recordedRequest('06-sys-45-casc-reload'),
    await recordedRequest('06-sys-43-casc-export'),
    await recordedRequest('06-sys-44-casc-schema'),
  ]);
});

test('a proxy’s page is no list of findings', async () => {
  const { jenkins } = answering({ status: 400, body: '<html>Bad Request</html>' });
  await expect(jenkins.casc.check('a')).rejects.toMatchObject({ code: 'UnexpectedBody' });
});
