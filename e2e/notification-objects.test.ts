/**
 * Objects as people write them: our examples and, from the folder that NOTIFICATION_MANAGER_SOURCE names, upstream's
 * samples. kubectl applies them, and the notification manager has nothing to say against them.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { Running } from './testing/armillary.ts';
import { InstalledNotifications } from './testing/installed-notifications.ts';
import { eventually } from './testing/process.ts';

interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string };
  spec: Record<string, unknown>;
}

const ours = 'notification.kubesphere.io/v2beta2';
const examples = new URL('../examples/notifications/', import.meta.url).pathname;
const source = process.env['NOTIFICATION_MANAGER_SOURCE'];
const samples = join(source ?? '', 'config/samples');
if (source === undefined) {
  process.stderr.write("SKIPPED: upstream's samples: need NOTIFICATION_MANAGER_SOURCE\n");
}

let cluster: InstalledNotifications;
let manager: Running;
beforeAll(async () => {
  cluster = await InstalledNotifications.start();
  const flags = ['--port=0', '--log-level=warn', `--data=${cluster.folder}/data`];
  manager = await cluster.runAs('notification-manager-sa', ['notification-manager', ...flags]);
});
afterAll(async () => {
  const { codes, log } = await cluster.close();
  expect(log).toBe('');
  expect(codes).toEqual([0]);
});

const filesOf = (folder: string): string[] => readdirSync(folder).filter((name) => name.endsWith('.yaml'));

function manifestsOf(file: string): Manifest[] {
  return parseAllDocuments(readFileSync(file, 'utf8')).map((document) => document.toJS() as Manifest);
}

/** `type/name` of each receiver or config of the manifests, as the notification manager calls them. */
function entriesOf(manifests: readonly Manifest[], kind: string): string[] {
  return manifests
    .filter((manifest) => manifest.kind === kind && manifest.apiVersion === ours)
    .flatMap(({ spec, metadata }) => Object.keys(spec).map((type) => `${type}/${metadata.name}`))
    .toSorted();
}

/** Waits until the notification manager uses all of the manifests. */
async function used(manifests: readonly Manifest[]): Promise<void> {
  for (const [path, kind] of [
    ['/receivers', 'Receiver'],
    ['/configs', 'Config'],
  ] as const) {
    await eventually(`each ${kind} to be used`, async () => {
      const shown = Object.keys(
        (await (await fetch(`${manager.ready.notifications}${path}`)).json()) as object,
      );
      return entriesOf(manifests, kind).every((entry) => shown.includes(entry));
    });
  }
}

describe('our examples', () => {
  test.each(filesOf(examples))('%s is applied and used', async (name) => {
    const file = join(examples, name);
    const apply = ['apply', '--validate=strict', `--filename=${file}`];
    await cluster.kubectl.out(apply);
    await cluster.kubectl.out([...apply, '--server-side', '--force-conflicts']);
    await used(manifestsOf(file));
  });

  test('every channel has one', () => {
    const receivers = filesOf(examples).flatMap((name) =>
      entriesOf(manifestsOf(join(examples, name)), 'Receiver'),
    );
    const types = new Set(receivers.map((entry) => entry.split('/')[0]));
    expect([...types].toSorted()).toEqual([
      'dingtalk',
      'discord',
      'email',
      'feishu',
      'pushover',
      'slack',
      'sms',
      'teams',
      'telegram',
      'webhook',
      'wechat',
    ]);
  });
});

describe.skipIf(source === undefined)("upstream's samples", () => {
  // Some of them are of versions that upstream removed itself.
  const isCurrent = (name: string): boolean =>
    manifestsOf(join(samples, name)).some(({ apiVersion }) => apiVersion === ours);

  test.each(source === undefined ? [] : filesOf(samples).filter(isCurrent))(
    '%s is applied and used',
    async (name) => {
      const file = join(samples, name);
      // One has a field that upstream's own definitions do not know.
      await cluster.kubectl.out(['apply', '--validate=warn', `--filename=${file}`]);
      await used(manifestsOf(file));
    },
  );
});
