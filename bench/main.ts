/** `npm run bench -- NAME`: runs one benchmark. Each prints ratios against a peer measured in the same run. */
import { benchEmbeddedApi } from './embedded-api.ts';

const benchmarks: Record<string, () => Promise<void>> = { 'embedded-api': benchEmbeddedApi };

const benchmark = benchmarks[process.argv[2] ?? ''];
if (benchmark) await benchmark();
else {
  console.error(`usage: npm run bench -- ${Object.keys(benchmarks).join('|')}`);
  process.exitCode = 2;
}
