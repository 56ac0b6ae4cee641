import { afterAll, beforeAll, describe } from 'vitest';
import { startPostgres } from '../../testing/postgres.ts';
import type { TestPostgres } from '../../testing/postgres.ts';
import { storeCases } from '../testing/store-cases.ts';
import { PostgresStore } from './postgres-store.ts';

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

describe('a store in PostgreSQL', () => {
  storeCases(async () => {
    const url = await server.createDatabase();
    return {
      open: (options) => PostgresStore.open({ url, connections: 2, ...options }),
      remove: async () => {},
    };
  });
});
