import { setTimeout as sleep } from 'node:timers/promises';
import { apiextensionsV1, type CustomResourceDefinition, type KubeClient } from '@armillary/kube';

/** The name under which this program owns fields of the objects it applies. */
export const fieldManager = 'armillary';

/** How long a server may take to serve a new kind, in milliseconds. */
const establishTimeoutMs = 30_000;

/**
 * Brings the server's CustomResourceDefinitions to what this version needs and waits until all are served. Throws
 * when the server refuses one, or does not serve it within 30 s.
 */
export async function applyDefinitions(
  client: KubeClient,
  definitions: readonly object[],
  signal: AbortSignal,
): Promise<void> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(establishTimeoutMs)]);
  await Promise.all(
    definitions.map(async (definition) => {
      const applied = await client.apply(definition as CustomResourceDefinition, {
        fieldManager,
        force: true,
        signal: deadline,
      });
      await established(client, applied.metadata.name!, deadline);
    }),
  );
}

async function established(client: KubeClient, name: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    const { status } = await client.resource(apiextensionsV1.customResourceDefinitions).get(name, { signal });
    const condition = (type: string): boolean =>
      status?.conditions?.some((c) => c.type === type && c.status === 'True') ?? false;
    if (condition('Established') && condition('NamesAccepted')) return;
    await sleep(20, undefined, { signal });
  }
}
