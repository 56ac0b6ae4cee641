import type { StoreEvent } from '../storage/store-event.ts';
import type { Controller, ControllerContext } from './controller.ts';
import { KeyedQueue } from './keyed-queue.ts';

/** A controller that brings one thing in line after every change that may concern it. */
export interface KeyedControllerOptions {
  name: string;
  context: ControllerContext;
  /** Looked at when the controller starts. */
  initial: Iterable<string>;
  /** Keys that a change concerns. */
  keys(event: StoreEvent): readonly string[];
  process(key: string): Promise<void>;
}

/** Starts such a controller. */
export const keyedController = (options: KeyedControllerOptions): Controller => {
  const { context, name } = options;
  const queue = new KeyedQueue({
    concurrency: 16,
    process: (key) => options.process(key),
    onError: (error) => context.onError(name, error),
  });
  const unsubscribe = context.store.subscribe((events) => {
    for (const event of events) for (const key of options.keys(event)) queue.add(key);
  });
  for (const key of options.initial) queue.add(key);
  return {
    settled: () => queue.settled(),
    async stop() {
      unsubscribe();
      await queue.stop();
    },
  };
};
