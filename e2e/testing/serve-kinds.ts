import { apiextensionsV1, type CustomResourceDefinition, type KubeClient } from '@armillary/kube';
import { eventually } from './process.ts';

/** Creates the definitions of kinds and waits until the server serves them. */
export async function serveKinds(client: KubeClient, kinds: readonly { crd(): object }[]): Promise<void> {
  const definitions = client.resource<CustomResourceDefinition>(apiextensionsV1.customResourceDefinitions);
  for (const kind of kinds) await definitions.create(kind.crd() as CustomResourceDefinition);
  await eventually('the kinds to be served', async () => {
    const { items } = await definitions.list();
    return items.every(({ status }) =>
      status?.conditions?.some(({ type, status: value }) => type === 'Established' && value === 'True'),
    );
  });
}
