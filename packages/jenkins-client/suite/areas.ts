import type { SuiteArea } from './case.ts';
import { administration } from './cases/administration.ts';
import { builds } from './cases/builds.ts';
import { credentials } from './cases/credentials.ts';
import { items } from './cases/items.ts';
import { pipelines } from './cases/pipelines.ts';
import { runs } from './cases/runs.ts';
import { server } from './cases/server.ts';

/** All areas of the suite, in the order in which they run. */
export const areas: readonly SuiteArea[] = [
  server,
  items,
  pipelines,
  builds,
  runs,
  credentials,
  administration,
];
