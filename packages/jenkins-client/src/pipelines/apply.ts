import type { ItemPath } from '../address/item-path.ts';
import type { Connection } from '../connection.ts';
import { Deadline } from '../deadline.ts';
import { AppliedDifferentlyError, ConflictError, isJenkinsError, type JenkinsError } from '../errors.ts';
import { createItem, mayHaveArrived, taken } from '../items/create-item.ts';
import { deleteItem } from '../items/delete-item.ts';
import { submitDescription } from '../items/describe-item.ts';
import { scanItem } from '../items/scan.ts';
import { throughOutages } from '../waiting.ts';
import { readConfigFile, submitConfigForm, writeConfigFile } from './config-file.ts';
import { planChange, type Change } from './plan.ts';
import type { ApplyOptions, ApplyResult, Difference } from './result.ts';
import type { Wanted } from './wanted.ts';

/** How often a configuration may change under our hands before we give up. */
const MAX_RACES = 5;

/**
 * Makes an item be what is wanted, and writes nothing when it is. Whatever is lost on the way (answers, the server
 * itself) is found out by reading back: nothing is made twice, and an item that was made and not configured is
 * configured by the next try.
 */
export async function applyWanted(
  connection: Connection,
  path: ItemPath,
  wanted: Wanted,
  options: ApplyOptions,
): Promise<ApplyResult> {
  const work = new Application(connection, path, wanted, options);
  return work.run();
}

class Application {
  private readonly connection: Connection;
  private readonly path: ItemPath;
  private readonly wanted: Wanted;
  private readonly options: ApplyOptions;
  private readonly deadline: Deadline;

  constructor(connection: Connection, path: ItemPath, wanted: Wanted, options: ApplyOptions) {
    this.connection = connection;
    this.path = path;
    this.wanted = options.mode === 'replace' ? wanted.complete() : wanted;
    this.options = options;
    this.deadline = new Deadline(connection.clock, options);
  }

  async run(): Promise<ApplyResult> {
    if (this.options.mode === 'create') return this.create();
    const stored = await readConfigFile(this.connection, this.path, this.deadline.left());
    return stored === undefined ? this.create() : this.update(stored);
  }

  private async create(): Promise<ApplyResult> {
    const wanted = this.wanted.complete();
    const change = planChange(wanted, undefined, this.options);
    const form = { mode: wanted.javaClass };
    const made = await createItem(this.connection, this.path, form, this.deadline);
    if (!change.needed) return this.result('created', change);
    try {
      await this.during((call) => submitConfigForm(this.connection, this.path, wanted.formOver({}), call));
    } catch (error) {
      throw await this.afterFailedCreation(error, made);
    }
    await this.verify(wanted, 'form');
    return this.result('created', change);
  }

  /** An item that Jenkins would not configure is taken away again, if it is ours beyond doubt. */
  private async afterFailedCreation(error: unknown, made: 'certain' | 'probable'): Promise<unknown> {
    if (!isJenkinsError(error)) return error;
    const name = this.path.join('/');
    if (mayHaveArrived(error) || isJenkinsError(error, 'Aborted') || made === 'probable') {
      return explained(error, `${name} was created and perhaps not configured; applying again finishes it.`);
    }
    try {
      await deleteItem(this.connection, this.path, this.deadline);
    } catch (cleaning) {
      const why = cleaning instanceof Error ? ` (${cleaning.message})` : '';
      return explained(error, `${name} was created and not configured, and could not be removed${why}.`);
    }
    return explained(error, `${name} was created, and removed again.`);
  }

  private async update(first: string): Promise<ApplyResult> {
    let stored = first;
    for (let races = 0; ; races++) {
      const change = planChange(this.wanted, stored, this.options);
      if (!change.needed) return this.result('unchanged', change);
      // Nothing in Jenkins guards a configuration, so it is looked at once more right before it is replaced.
      const now = await readConfigFile(this.connection, this.path, this.deadline.left());
      if (now === undefined) return this.create();
      if (now === stored) {
        await this.write(change);
        await this.verify(this.wanted, change.by);
        return this.result('updated', change);
      }
      if (races === MAX_RACES) throw raced(this.path);
      stored = now;
    }
  }

  private async write(change: Change): Promise<void> {
    const { connection, path } = this;
    if (change.by === 'form') {
      return this.during((call) =>
        submitConfigForm(connection, path, this.wanted.formOver(change.stored), call),
      );
    }
    await this.during((call) => writeConfigFile(connection, path, change.text, call));
    // Jenkins encrypts secrets when it saves, and keeps the text as it was sent until then.
    if (change.secretWritten) await submitDescription(connection, path, change.description, this.deadline);
    if (change.differences.some((difference) => this.wanted.needsScan(difference.path)) && !change.disabled) {
      await scanItem(connection, path, this.deadline.left());
    }
  }

  /**
   * Reads back what Jenkins made of it. Forms have a hole: their reader takes the text `null` for nothing (JSONNull of
   * json-lib). Texts that came out wrong are put right in the file.
   */
  private async verify(wanted: Wanted, by: Change['by']): Promise<void> {
    if (this.options.verify === false) return;
    const stored = await this.during((call) => readConfigFile(this.connection, this.path, call));
    if (stored === undefined) throw taken(this.path.join('/'), undefined);
    const { differences, missingSecrets, text } = planChange(wanted, stored, {});
    const paths = [...differences.map((difference) => difference.path), ...missingSecrets];
    if (paths.length === 0) return;
    if (by === 'form' && missingSecrets.length === 0 && differences.every(isWrongText)) {
      await this.during((call) => writeConfigFile(this.connection, this.path, text, call));
      return this.verify(wanted, 'file');
    }
    throw new AppliedDifferentlyError(
      `Jenkins stored ${this.path.join('/')} in another way than asked: ${paths.join(', ')}. A plugin may be missing, or somebody changed it in this moment.`,
      paths,
    );
  }

  /** A step that may be done twice, through restarts of the server. */
  private during<T>(step: Parameters<typeof throughOutages<T>>[2]): Promise<T> {
    return throughOutages(this.connection.clock, this.deadline, step);
  }

  private result(action: ApplyResult['action'], change: Change): ApplyResult {
    const unmanaged = this.options.mode === 'replace' ? [] : change.unmanaged;
    return { action, differences: change.differences, unmanaged, unverifiable: change.unverifiable };
  }
}

function isWrongText({ from, to }: Difference): boolean {
  return typeof to === 'string' && (typeof from === 'string' || from === undefined);
}

function raced(path: ItemPath): ConflictError {
  return new ConflictError(
    `The configuration of ${path.join('/')} changed ${MAX_RACES + 1} times while it was to be replaced. Find out who writes it, then apply again.`,
  );
}

/** The same error, with what it left behind told after it. */
function explained(error: JenkinsError, what: string): JenkinsError {
  error.message = `${error.message} ${what}`;
  return error;
}
