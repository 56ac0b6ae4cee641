import { pathOf, type ItemAddress } from '../address/item-path.ts';
import type { CallOptions, Connection } from '../connection.ts';
import { NotFoundOrHiddenError } from '../errors.ts';
import { applyWanted } from './apply.ts';
import { readConfigFile } from './config-file.ts';
import { planChange } from './plan.ts';
import type { ApplyOptions, ApplyPlan, ApplyResult, StoredPipeline } from './result.ts';
import type { PipelineSpec } from './spec.ts';
import { readStored } from './stored.ts';
import { wantedPipeline } from './wanted.ts';

/** Creates, changes and reads the configuration of pipelines. */
export class Pipelines {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * Makes a pipeline be as specified, and writes nothing when it is. By default (`merge`) it is created when it does not
   * exist; settings that the specification leaves out, or has no words for, stay as they are. The folder must exist.
   *
   * A multibranch pipeline looks for branches when its sources or script path changed, and not when it is enabled again:
   * see `ItemRef.scan`. Plugins register webhooks for its sources at GitHub and the like only when a form was sent
   * (SCMSource.afterSave): when it is created, and later unless its file has to be changed in place for what is
   * `unmanaged`.
   *
   * Throws InvalidError for a specification that cannot be stored, ConflictError for an item of another kind, an
   * existing one with `create`, a configuration that others keep changing, and one that cannot be merged without harm to
   * what others stored (its message says what to do); AppliedDifferentlyError when Jenkins
   * stored something else. An item that could not be configured after it was created is removed again.
   */
  async apply(address: ItemAddress, spec: PipelineSpec, options: ApplyOptions = {}): Promise<ApplyResult> {
    return applyWanted(this.#connection, pathOf(address), wantedPipeline(spec), options);
  }

  /** What `apply` would do. Writes nothing. */
  async plan(
    address: ItemAddress,
    spec: PipelineSpec,
    options: Pick<ApplyOptions, 'mode' | 'rewriteSecrets' | keyof CallOptions> = {},
  ): Promise<ApplyPlan> {
    const wanted = wantedPipeline(spec);
    const stored = await readConfigFile(this.#connection, pathOf(address), options);
    const target = stored === undefined || options.mode === 'replace' ? wanted.complete() : wanted;
    const { needed, differences, unmanaged, unverifiable } = planChange(target, stored, options);
    const action = stored === undefined ? 'create' : needed ? 'update' : 'none';
    return { action, differences, unmanaged, unverifiable };
  }

  /**
   * The configuration of a pipeline. Jenkins has no JSON of it, so the right to configure it or Item/ExtendedRead is
   * needed: ForbiddenError otherwise. ConflictError for an item that is no pipeline, or the pipeline of a branch.
   */
  async read(address: ItemAddress, options: CallOptions = {}): Promise<StoredPipeline> {
    const path = pathOf(address);
    const stored = await readConfigFile(this.#connection, path, options);
    if (stored !== undefined) return readStored(stored);
    throw new NotFoundOrHiddenError(`There is no pipeline ${path.join('/')}, or the user may not see it.`);
  }
}
