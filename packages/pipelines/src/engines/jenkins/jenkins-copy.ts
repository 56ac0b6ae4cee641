import { isJenkinsError } from '@armillary/jenkins-client';
import {
  addFinalizer,
  hasFinalizer,
  isConflict,
  removeFinalizer,
  type KubeObject,
  type ReconcileContext,
  type ReconcileResult,
  type ResourceType,
} from '@armillary/kube';
import { patchObject } from '../../controllers/patch-object.ts';
import { isGone, isOutage, isRefusal, messageOf } from './failure.ts';
import { jenkinsAnnotation, type SyncAnnotations } from './metadata.ts';
import type { CopyEngine } from './options.ts';
import { syncAnnotationsPatch, type SyncNote } from './sync-note.ts';

/** How long to wait between two tries while Jenkins does not answer: between one and two times this. */
const RETRY_MS = 5000;
/** And after a fault of Jenkins, which is seldom over at once. */
const FAULT_MS = 60_000;
/** And while somebody else changes the object. */
const CONFLICT_MS = 50;
/** How long one try may take: less than a reconcile may, so that what comes of it can still be told. */
const TRY_MS = 30_000;

/** Which kind of object has copies in Jenkins, and where it tells of them. */
export interface JenkinsCopyOptions<T extends KubeObject> {
  readonly type: ResourceType<T>;
  readonly finalizer: string;
  readonly sync: SyncAnnotations;
}

/** The deletion in Jenkins goes on: ask again later. */
export class StillThere extends Error {}

/** What was last brought to Jenkins, or refused by it. */
interface Tried {
  readonly fingerprint: string;
  /** When it is compared again; in milliseconds since 1970. */
  readonly until: number;
}

/**
 * The copies that objects of one kind have in Jenkins: made, told of on the object, and deleted with it.
 *
 * A copy is compared with its object when that changed, and at intervals, but not at every event about the object. What
 * was tried is remembered in this process alone, so that everything is compared once more after a restart.
 *
 * A deletion never hangs: when Jenkins refuses it, or has not done it within the limit, the object goes and an event
 * says what was left behind. Until then the object's annotations say what it waits for.
 */
export class JenkinsCopy<T extends KubeObject> {
  readonly #engine: CopyEngine;
  readonly #options: JenkinsCopyOptions<T>;
  /** By the UID of the object. */
  readonly #tried = new Map<string, Tried>();

  constructor(engine: CopyEngine, options: JenkinsCopyOptions<T>) {
    this.#engine = engine;
    this.#options = options;
    const deleted = ({ metadata }: T): boolean => this.#tried.delete(metadata.uid ?? '');
    engine.manager.informer<T>(options.type).onEvent({ deleted });
  }

  /** Whether the object has, or may have, a copy. */
  existsFor(object: T): boolean {
    return hasFinalizer(object, this.#options.finalizer);
  }

  /**
   * Brings the copy to what the object says, by `work`, and tells how that went. The fingerprint changes with what
   * the copy is made from; `known` says that the same was brought to Jenkins before. What Jenkins refuses is tried
   * again at the next comparison only, and told with the annotations `refused`; what it does not answer, soon.
   */
  async keep(
    object: T,
    fingerprint: string,
    context: ReconcileContext,
    work: (held: T, signal: AbortSignal, known: boolean) => Promise<SyncNote>,
    refused: SyncNote['annotations'] = {},
  ): Promise<ReconcileResult> {
    const { resyncMs, recorder, clock } = this.#engine;
    const { uid = '' } = object.metadata;
    const tried = this.#tried.get(uid);
    const known = tried?.fingerprint === fingerprint;
    const restMs = known ? tried.until - clock.now() : 0;
    if (restMs > 0) return { requeueAfterMs: restMs };
    let held = object;
    let pauseMs = resyncMs;
    try {
      // First the promise to clean up, then what is to be cleaned up.
      held = await this.#hold(object, context);
      const note = await this.#ask(context, (signal) => work(held, signal, known));
      await this.tell(held, note, context);
    } catch (error) {
      context.signal.throwIfAborted();
      // Somebody else changed the object meanwhile, which is no error: look again.
      if (isConflict(error)) return { requeueAfterMs: CONFLICT_MS * (1 + Math.random()) };
      const message = messageOf(error);
      if (isOutage(error)) {
        context.logger.warn({ err: error }, 'Jenkins does not answer; it is asked again');
        await this.tell(held, { status: 'pending', message }, context);
        return { requeueAfterMs: RETRY_MS * (1 + Math.random()) };
      }
      if (!isRefusal(error)) throw error;
      const news = await this.tell(held, { status: 'failed', message, annotations: refused }, context);
      if (news) recorder.event(object, 'Warning', 'JenkinsRefused', message);
      // A fault of Jenkins may pass by itself.
      if (isJenkinsError(error, 'ServerFault')) pauseMs = Math.min(FAULT_MS, resyncMs);
    }
    this.#tried.set(uid, { fingerprint, until: clock.now() + pauseMs });
    return { requeueAfterMs: pauseMs };
  }

  /** Deletes the copy by `remove`, which may throw `StillThere`, and lets the object go; or asks to be called again. */
  async release(
    object: T,
    context: ReconcileContext,
    remove: (signal: AbortSignal) => Promise<void>,
  ): Promise<ReconcileResult | void> {
    if (!this.existsFor(object)) return;
    const { recorder, clock, deletionLimitMs } = this.#engine;
    try {
      await this.#ask(context, remove);
    } catch (error) {
      context.signal.throwIfAborted();
      const endsAt = Date.parse(object.metadata.deletionTimestamp ?? '') + deletionLimitMs;
      // A fault of Jenkins may pass; until the limit it is no refusal.
      const refused = isRefusal(error) && !isJenkinsError(error, 'ServerFault');
      if (!refused && clock.now() < endsAt) return this.#wait(object, error, endsAt, context);
      if (!isGone(error)) {
        const why = refused
          ? 'Jenkins refuses to delete it'
          : `Not deleted within ${deletionLimitMs / 1000} s`;
        recorder.event(object, 'Warning', 'LeftInJenkins', `${why}; it is left there. ${messageOf(error)}`);
      }
    }
    const { finalizers = [] } = removeFinalizer(object, this.#options.finalizer).metadata;
    await patchObject(
      this.#options.type,
      object,
      { metadata: { resourceVersion: object.metadata.resourceVersion, finalizers } },
      context,
    );
  }

  /** Tells of the copy on the object. Answers whether that was news. */
  async tell(object: T, note: SyncNote, context: ReconcileContext): Promise<boolean> {
    const now = new Date(this.#engine.clock.now()).toISOString();
    const annotations = syncAnnotationsPatch(object, this.#options.sync, note, now);
    if (annotations !== undefined)
      await patchObject(this.#options.type, object, { metadata: { annotations } }, context);
    return annotations !== undefined;
  }

  /** Does something with Jenkins, within the time of one try, and not at all while Jenkins is known to be away. */
  async #ask<R>({ signal }: ReconcileContext, work: (signal: AbortSignal) => Promise<R>): Promise<R> {
    const { outage } = this.#engine;
    outage.throwIfOn();
    try {
      return await work(AbortSignal.any([signal, AbortSignal.timeout(TRY_MS)]));
    } catch (error) {
      if (isOutage(error) && !signal.aborted) outage.begin(error);
      throw error;
    }
  }

  /** What was compared last counts no more: the copy is looked at when the object is. */
  forget({ metadata }: T): void {
    this.#tried.delete(metadata.uid ?? '');
  }

  async #hold(object: T, context: ReconcileContext): Promise<T> {
    const wanted = addFinalizer(object, this.#options.finalizer);
    if (wanted === object) return object;
    const { resourceVersion, finalizers } = wanted.metadata;
    const annotations = { [jenkinsAnnotation.heldBy]: this.#engine.jenkins?.url.href };
    return patchObject(
      this.#options.type,
      object,
      { metadata: { resourceVersion, finalizers, annotations } },
      context,
    );
  }

  async #wait(
    object: T,
    error: unknown,
    endsAt: number,
    context: ReconcileContext,
  ): Promise<ReconcileResult> {
    const message = `Waiting for Jenkins to delete it. ${messageOf(error)}`;
    await this.tell(object, { status: 'pending', message }, context);
    const leftMs = endsAt - this.#engine.clock.now();
    const pauseMs = error instanceof StillThere ? 1000 : RETRY_MS * (1 + Math.random());
    return { requeueAfterMs: Math.min(pauseMs, leftMs) };
  }
}
