import { describe, expect, test } from 'vitest';
import { recordedJson } from '../testing/recording.ts';
import { answering, recordedRequest } from '../testing/recorded-exchange.ts';
import { encodeAgent, type AgentSpec } from './agent-spec.ts';

const agent: AgentSpec = {
  name: 'agent-1',
  description: 'd',
  executors: 2,
  remoteFs: '/tmp/a1',
  labels: ['linux', 'x64'],
};

/** `agent-1` as Jenkins shows it, with other fields. */
const shown = (fields: Record<string, unknown>) => ({
  status: 200,
  body: JSON.stringify({ ...(recordedJson('06-sys-07-node-get') as object), ...fields }),
});
const online = shown({ temporarilyOffline: false });
const offline = shown({ temporarilyOffline: true, offline: true, offlineCauseReason: 'maintenance' });

test('lists nodes, and knows Jenkins’ own by its class', async () => {
  const { jenkins, sent } = answering('06-sys-01-computers');
  expect(await jenkins.nodes.list()).toEqual([
    {
      name: '(built-in)',
      displayName: 'Built-In Node',
      builtIn: true,
      description: undefined,
      executors: 2,
      idle: true,
      offline: false,
      takenOffline: false,
      offlineReason: undefined,
      labels: ['built-in'],
      inbound: false,
    },
  ]);
  expect(sent).toEqual([await recordedRequest('06-sys-01-computers')]);
});

test.each([
  ['06-sys-03-builtin-node', '(built-in)'],
  ['06-sys-04-builtin-node-legacy', '(master)'],
])('reads %s', async (name, node) => {
  const { jenkins, sent } = answering(name);
  expect(await jenkins.nodes.get(node)).toMatchObject({ name: '(built-in)', displayName: 'Built-In Node' });
  expect(sent[0]?.path).toBe((await recordedRequest(name)).path);
});

test('reads an agent', async () => {
  const { jenkins, sent } = answering('06-sys-07-node-get');
  expect(await jenkins.nodes.get('agent-1')).toMatchObject({
    name: 'agent-1',
    builtIn: false,
    description: 'd',
    executors: 2,
    offline: true,
    takenOffline: false,
    labels: ['linux', 'x64', 'agent-1'],
    inbound: true,
  });
  expect(sent).toEqual([await recordedRequest('06-sys-07-node-get')]);
});

describe('an agent', () => {
  test('is made by the recorded form, and read back', async () => {
    const { jenkins, sent } = answering('06-sys-05-node-create', '06-sys-07-node-get');
    expect(await jenkins.nodes.create(agent)).toMatchObject({ name: 'agent-1' });
    expect(sent[0]).toEqual(await recordedRequest('06-sys-05-node-create'));
  });

  test('of a taken name is a conflict', async () => {
    const { jenkins, sent } = answering('06-sys-06-node-create-dup', '06-sys-07-node-get');
    await expect(jenkins.nodes.create(agent)).rejects.toMatchObject({ code: 'Conflict' });
    expect(sent[0]).toEqual(await recordedRequest('06-sys-06-node-create-dup'));
  });

  test('that Jenkins refuses for another reason is invalid', async () => {
    const { jenkins } = answering({ status: 400 }, '06-sys-17-node-delete-again');
    await expect(jenkins.nodes.create(agent)).rejects.toMatchObject({ code: 'Invalid' });
  });

  test('is replaced by the recorded form', async () => {
    const labels = ['linux', 'arm64'];
    const stored = shown({
      numExecutors: 3,
      assignedLabels: ['linux', 'arm64', 'agent-1'].map((name) => ({ name })),
    });
    const { jenkins, sent } = answering('06-sys-13-node-configSubmit', stored);
    await jenkins.nodes.update('agent-1', { ...agent, executors: 3, labels });
    expect(sent[0]).toEqual(await recordedRequest('06-sys-13-node-configSubmit'));
  });

  test('that is stored otherwise than sent is told', async () => {
    const { jenkins } = answering(
      '06-sys-13-node-configSubmit',
      shown({ numExecutors: 1, description: 'x' }),
    );
    await expect(jenkins.nodes.update('agent-1', { ...agent, labels: ['new'] })).rejects.toMatchObject({
      code: 'AppliedDifferently',
      differences: ['executors', 'description', 'labels'],
    });
  });

  test('is deleted once', async () => {
    const { jenkins, sent } = answering('06-sys-16-node-delete', '06-sys-17-node-delete-again');
    await jenkins.nodes.delete('agent-1');
    await expect(jenkins.nodes.delete('agent-1')).rejects.toMatchObject({ code: 'NotFoundOrHidden' });
    expect(sent[0]).toEqual(await recordedRequest('06-sys-16-node-delete'));
  });

  test.each(['', 'a b', 'a"b'])('cannot have the label "%s"', (label) => {
    expect(() => encodeAgent({ ...agent, labels: [label] })).toThrow(/no label/u);
  });

  test.each(['', '.', '..', ' agent', 'agent '])('cannot be called "%s"', async (name) => {
    const { jenkins, sent } = answering();
    await expect(jenkins.nodes.create({ ...agent, name })).rejects.toMatchObject({ code: 'Invalid' });
    await expect(jenkins.nodes.update('agent-1', { ...agent, name })).rejects.toMatchObject({
      code: 'Invalid',
    });
    expect(sent).toEqual([]);
  });

  test('may be reached by SSH and kept on demand', () => {
    const hostKey = { kind: 'key', key: 'ssh-ed25519 AAAA' } as const;
    const json = encodeAgent({
      ...agent,
      mode: 'exclusive',
      launcher: { kind: 'ssh', host: 'a.example', credentialsId: 'ssh1', hostKey },
      retention: { kind: 'demand', inDemandMinutes: 1, idleMinutes: 5 },
    });
    expect(json).toMatchObject({
      mode: 'EXCLUSIVE',
      '': ['hudson.plugins.sshslaves.SSHLauncher', 'hudson.slaves.RetentionStrategy$Demand'],
      launcher: {
        host: 'a.example',
        port: '22',
        credentialsId: 'ssh1',
        sshHostKeyVerificationStrategy: {
          'stapler-class': 'hudson.plugins.sshslaves.verifiers.ManuallyProvidedKeyVerificationStrategy',
          key: 'ssh-ed25519 AAAA',
        },
      },
      retentionStrategy: { inDemandDelay: '1', idleDelay: '5' },
    });
  });

  test.each(['known-hosts', 'trust-first', 'none'] as const)('may check host keys by %s', (kind) => {
    const launcher = { kind: 'ssh', host: 'h', credentialsId: 'c', hostKey: { kind } } as const;
    expect(encodeAgent({ ...agent, launcher })).toHaveProperty(
      ['launcher', 'sshHostKeyVerificationStrategy', '$class'],
      expect.stringMatching(/^hudson\.plugins\.sshslaves\.verifiers\.\w+Strategy$/u),
    );
  });

  test('may have parts of other plugins', () => {
    const part = { kind: 'custom', class: 'a.B', fields: { x: 1 } } as const;
    expect(encodeAgent({ ...agent, launcher: part, retention: part })).toMatchObject({
      launcher: { 'stapler-class': 'a.B', x: 1 },
      retentionStrategy: { 'stapler-class': 'a.B', x: 1 },
    });
  });
});

describe('taking a node offline', () => {
  test('switches one that is online', async () => {
    const { jenkins, sent } = answering(online, '06-sys-10-node-toggleOffline', offline);
    expect(await jenkins.nodes.takeOffline('agent-1', 'maintenance')).toMatchObject({
      takenOffline: true,
      offlineReason: 'maintenance',
    });
    expect(sent[1]).toEqual(await recordedRequest('06-sys-10-node-toggleOffline'));
  });

  test('changes just the message of one that is offline', async () => {
    const { jenkins, sent } = answering(offline, '06-sys-12-node-changeOfflineCause', offline);
    await jenkins.nodes.takeOffline('agent-1', 'other');
    expect(sent[1]).toEqual(await recordedRequest('06-sys-12-node-changeOfflineCause'));
  });

  test('sends nothing when all is as wanted', async () => {
    const { jenkins, sent } = answering(offline, offline, online, online);
    await jenkins.nodes.takeOffline('agent-1', 'maintenance');
    await jenkins.nodes.bringOnline('agent-1');
    expect(sent.map(({ method }) => method)).toEqual(['GET', 'GET', 'GET', 'GET']);
  });

  test('tells when somebody else switched it at the same moment', async () => {
    const { jenkins } = answering(online, '06-sys-10-node-toggleOffline', online);
    await expect(jenkins.nodes.takeOffline('agent-1')).rejects.toMatchObject({ code: 'Conflict' });
  });

  test('is taken back', async () => {
    const { jenkins, sent } = answering(offline, '06-sys-10-node-toggleOffline', online);
    expect(await jenkins.nodes.bringOnline('agent-1')).toMatchObject({ takenOffline: false });
    expect(sent[1]).toMatchObject({ method: 'POST', path: '/computer/agent-1/toggleOffline' });
  });

  test('reads the recorded reason', async () => {
    const { jenkins } = answering(
      shown(recordedJson('06-sys-11-node-get-offline') as Record<string, unknown>),
    );
    expect(await jenkins.nodes.get('agent-1')).toMatchObject({
      offline: true,
      takenOffline: true,
      offlineReason: 'maintenance',
    });
  });
});

test('reads the log of a node', async () => {
  const { jenkins, sent } = answering('06-sys-15-node-log');
  expect(await jenkins.nodes.log('agent-1')).toBe('');
  expect(sent).toEqual([await recordedRequest('06-sys-15-node-log')]);
});

test.each(['{}', '[]', '{"computer":{}}', '{"computer":[{}]}'])('%s is no list of nodes', async (body) => {
  const { jenkins } = answering({ status: 200, body });
  await expect(jenkins.nodes.list()).rejects.toMatchObject({ code: 'UnexpectedBody' });
});

test('connects an agent, also one that is connected, and breaks its connection', async () => {
  const { jenkins, sent } = answering(
    { status: 302, headers: { location: 'log' } },
    { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>already launched</html>' },
    { status: 302, headers: { location: '.' } },
  );
  await jenkins.nodes.connect('agent 1');
  await jenkins.nodes.connect('agent 1');
  await jenkins.nodes.disconnect('agent 1', 'for a new cable');
  expect(sent.slice(1)).toMatchObject([
    { method: 'POST', path: '/computer/agent%201/launchSlaveAgent' },
    {
      method: 'POST',
      path: '/computer/agent%201/doDisconnect',
      form: { offlineMessage: 'for a new cable' },
    },
  ]);
});
