import type { Case } from './case.ts';
import { accessCases } from './cases/access.ts';
import { customApplyCases } from './cases/apply-custom.ts';
import { applyCases } from './cases/apply.ts';
import { definitionCases } from './cases/definitions.ts';
import { objectCases } from './cases/objects.ts';
import { patchCases } from './cases/patches.ts';
import { readingCases } from './cases/reading.ts';

/** Every case of the suite. */
export const cases: readonly Case[] = [
  ...objectCases,
  ...patchCases,
  ...applyCases,
  ...customApplyCases,
  ...readingCases,
  ...definitionCases,
  ...accessCases,
];
