import { alertCases } from './alert-cases.ts';
import { deliveryCases } from './delivery-cases.ts';
import { queueCases } from './queue-cases.ts';
import { recordCases } from './record-cases.ts';
import { StoreScene } from './store-scene.ts';
import type { StoreWorld } from './store-scene.ts';

/** What every store does. */
export function storeCases(createWorld: () => Promise<StoreWorld>): void {
  const scene = new StoreScene(createWorld);
  alertCases(scene);
  queueCases(scene);
  deliveryCases(scene);
  recordCases(scene);
}
