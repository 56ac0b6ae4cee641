import type { ServiceAccountTokens } from '../authn/service-account-tokens.ts';
import type { Controller, ControllerContext } from './controller.ts';
import { eventExpiry } from './event-expiry.ts';
import { GarbageCollector } from './garbage-collector/garbage-collector.ts';
import { kubernetesService, type ServerAddress } from './kubernetes-service.ts';
import { namespaceContents } from './namespaces/namespace-contents.ts';
import { NamespaceLifecycle } from './namespaces/namespace-lifecycle.ts';
import { bootstrapPolicy } from './policy-bootstrap.ts';
import { roleAggregation } from './role-aggregation.ts';
import { tokenSecrets } from './token-secrets.ts';

/** What the controllers need beside the context that they share. */
export interface ControllersOptions extends ControllerContext {
  tokens: ServiceAccountTokens;
  /** Certificate of the authority, PEM. */
  ca: string;
  address: ServerAddress;
}

/**
 * Starts all controllers of the server. Custom resources must be served by now, or a namespace that is going would be
 * taken for empty. Resolves when the system namespaces and the default policy are there.
 * @throws when the default policy cannot be written.
 */
export const startControllers = async (options: ControllersOptions): Promise<Controller> => {
  const contents = namespaceContents(options, options.ca);
  const running: Controller[] = [contents];
  const stop = async (): Promise<void> => {
    await Promise.all(running.map((controller) => controller.stop()));
  };
  try {
    await contents.settled();
    await bootstrapPolicy(options);
    const aggregation = roleAggregation(options);
    running.push(
      aggregation,
      kubernetesService(options, options.address),
      tokenSecrets(options, options.tokens, options.ca),
      eventExpiry(options),
      new NamespaceLifecycle(options),
      new GarbageCollector(options),
    );
    // The roles admin, edit and view are empty until their rules are gathered.
    await aggregation.settled();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    stop,
    async settled() {
      await Promise.all(running.map((controller) => controller.settled()));
    },
  };
};
