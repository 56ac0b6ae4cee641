import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Numbers that are kept with every change, in its transaction. A counter that was never changed is 0. */
export class Counters {
  readonly #add: StatementSync;
  readonly #get: StatementSync;
  readonly #all: StatementSync;

  constructor(connection: DatabaseSync) {
    this.#add = connection.prepare(
      'INSERT INTO counters VALUES (?, ?) ON CONFLICT DO UPDATE SET value = value + excluded.value',
    );
    this.#get = connection.prepare('SELECT value FROM counters WHERE name = ?');
    this.#all = connection.prepare('SELECT name, value FROM counters');
  }

  add(name: string, count: number): void {
    this.#add.run(name, count);
  }

  get(name: string): number {
    return (this.#get.get(name) as { value: number } | undefined)?.value ?? 0;
  }

  all(): Map<string, number> {
    const rows = this.#all.all() as unknown as { name: string; value: number }[];
    return new Map(rows.map(({ name, value }) => [name, value]));
  }
}
