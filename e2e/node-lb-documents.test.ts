/** The pages about the node load balancer: their commands run and print what they show, and nothing is left out. */
import { readFileSync, readdirSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { armillary, startArmillary, temporaryFolder } from './testing/armillary.ts';
import { blocksOf } from './testing/documented-code.ts';
import { requiredKubectls } from './testing/kubectl.ts';
import { NodeLbWorld } from './testing/node-lb-world.ts';
import { nodeLoadBalancerKind } from './testing/node-lb-parts.ts';
import { eventually, runProgram } from './testing/process.ts';

// Nothing here is a measure of time: the machine may be busy with other tests.
vi.setConfig({ testTimeout: 420_000 });

const root = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
/** What the first group of a pattern finds. */
const found = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, group = '']) => group);
/** The part of a page below a heading, without those below later headings of the same level. */
const section = (page: string, heading: string): string => {
  const start = page.indexOf(`\n${heading}`);
  if (start < 0) throw new Error(`there is no heading ${heading}`);
  const [, text = ''] = page.slice(start).split(new RegExp(`\n(?=${/^#+ /.exec(heading)?.[0]})`));
  return text;
};

const guide = read('docs/node-load-balancer.md');
const nodes = read('docs/node-load-balancer-nodes.md');
const moving = read('docs/moving-to-node-load-balancer.md');
const commands = read('docs/command-line.md');

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

describe('the commands of the page', () => {
  test('on a cluster, from installation to removal', async () => {
    const { world, shell } = await cluster();
    const controller = await world.control();
    const [before = '', after = ''] = guide.split('\n## Uninstall\n');
    await shell.follow(before.replace(section(guide, '## On one machine'), ''));
    await world.hasCondition('web', 'Programmed', 'True');
    await world.stop(controller);
    await shell.follow(section(`\n## Uninstall\n${after}`, '## Uninstall'));
    const web = await world.service('web');
    expect(web?.metadata.finalizers ?? []).toEqual([]);
    expect(web?.status?.loadBalancer).toEqual({});
    expect(web?.status?.conditions ?? []).toEqual([]);
  });

  test('about nodes and ports', async () => {
    const { world, shell } = await cluster();
    await world.control();
    const [mail = '', settings = ''] = blocksOf(nodes, 'yaml');
    const apply = (objects: string) => shell.run(`kubectl apply -f - <<'YAML'\n${objects}YAML`);
    await apply(mail);
    expect(await world.hasCondition('mail', 'NoEligibleNode', 'True')).toMatch(/ready endpoint/);
    await shell.follow(nodes);
    await world.hasCondition('shop', 'Programmed', 'True');
    await apply(settings);
    await world.hasCondition('shop', 'Programmed', 'False', 'NotAllowed');
    expect(await world.eventsOf('default')).toEqual([]);
  });

  test('about moving from another load balancer', async () => {
    const { world, shell } = await cluster();
    await world.configure({ classless: false });
    await world.control();
    await world.addService('shop');
    await world.patchStatus('shop', { loadBalancer: { ingress: [{ ip: '192.0.2.80' }] } });
    await shell.follow(moving);
    await world.hasCondition('shop', 'Programmed', 'True');
    await world.hasCondition('shop-node', 'Programmed', 'True');
  });

  test('on one machine, which only says what it would do', async () => {
    const folder = await temporaryFolder();
    ends.push(() => folder.remove());
    const ports = ['--port', '0', '--api-port', '0', '--notification-port', '0'];
    const up = await startArmillary(['up', '--data', folder.path, ...ports]);
    ends.push(() => up.stop());
    const shell = await shellFor(up.ready.kubeconfig);
    await shell.follow(section(guide, '## On one machine'));
  });
});

describe('every flag is described, and no other', () => {
  test.each([
    ['node-agent', '## `armillary node-agent`'],
    ['node-lb uninstall', '## `armillary node-lb uninstall`'],
    ['lab node-lb', '## `armillary lab node-lb`'],
  ])('%s', async (command, heading) => {
    const { stdout } = await runProgram(process.execPath, [armillary, ...command.split(' '), '--help']);
    const rows = found(section(commands, heading), /^\| (`--.*?)\s+\|/gm);
    const described = rows.flatMap((cell) => found(cell, /`(--[\w-]+)/g));
    expect(new Set(described)).toEqual(new Set(found(stdout, /^ {2}(--[\w-]+)/gm)));
  });
});

test('every setting is described, with its default, and no other', () => {
  const [version] = nodeLoadBalancerKind.crd().spec.versions;
  const properties = version?.schema.openAPIV3Schema.properties?.['spec']?.properties ?? {};
  const fields = Object.entries(properties).flatMap(([name, { properties: inner }]) =>
    inner ? Object.keys(inner).map((each) => `${name}.${each}`) : [name],
  );
  const table = section(nodes, '## The settings');
  expect(found(table, /^\| `([\w.]+)` /gm)).toEqual(fields);
  const [example = ''] = blocksOf(table, 'yaml');
  for (const name of Object.keys(properties)) expect(example).toContain(`\n  ${name}:`);
});

describe('every reason is explained', () => {
  const source = (file: string): string => read(`packages/node-lb/src/${file}`);
  /** The members of a union of texts, by the name of its type. */
  const union = (file: string, type: string): string[] => {
    const [, members = ''] = new RegExp(`^(?:export )?type ${type} =(.*?);\n`, 'ms').exec(source(file)) ?? [];
    const reasons = found(members, /^\s*\| '(\w+)'/gm);
    expect(reasons.length).toBeGreaterThan(3);
    return reasons;
  };
  const trouble = section(guide, '## When something does not work');
  const explained = new Set(found(trouble, /^\| ([^|]+)\|/gm).flatMap((cell) => found(cell, /`(\w+)`/g)));

  test.each([
    ['of a claim', union('kinds/claim-condition.ts', 'ClaimReason')],
    ['of a refused Service', union('request/refusal.ts', 'RefusalReason')],
    ['of a port in use', union('ports/port-use.ts', 'PortUseKind')],
    [
      'of the condition Programmed',
      found(source('controller/service-conditions.ts'), /'([A-Z]\w+)'/g).filter((reason) =>
        /Pending|NodesUnwell|Withheld|TakeAddress|NoEligible/.test(reason),
      ),
    ],
    [
      'of an event',
      [
        ...found(source('controller/service-events.ts'), /'(?:Normal|Warning)', '(\w+)'/g),
        ...found(source('controller/service-events.ts'), /memory, '(\w+)'/g),
        ...found(source('agent/agent-events.ts'), /'(RulesRepaired|WouldServe)'/g),
        ...found(source('request/request-warning.ts'), /reason: '(\w+)'/g),
      ],
    ],
  ])('%s', (_, reasons) => {
    expect(reasons.filter((reason) => !explained.has(reason))).toEqual([]);
  });
});

test('every metric is described, and no other', () => {
  const names = ['controller/controller-metrics.ts', 'agent/agent-metrics.ts'].flatMap((file) => {
    const before = file.startsWith('agent') ? 'agent_' : '';
    return found(read(`packages/node-lb/src/${file}`), /name\('(\w+)'\)/g).map((each) => before + each);
  });
  const described = found(section(guide, '## Metrics'), /^\| `(\w+)[`{]/gm);
  expect(described.toSorted()).toEqual(names.toSorted());
});

test('every annotation is described, and no other', () => {
  const [, list = ''] =
    /SERVICE_ANNOTATIONS = \[(.*?)\]/.exec(read('packages/node-lb/src/request/annotations.ts')) ?? [];
  const [table = ''] = nodes.split('\n```');
  expect(found(table, /^\| `([\w-]+)` /gm)).toEqual(found(list, /'([\w-]+)'/g));
});

test('the examples are those of the page', () => {
  for (const name of readdirSync(join(root, 'examples/node-lb'))) {
    expect(nodes).toContain(`\n${read(`examples/node-lb/${name}`)}`);
  }
});

test('the manifests run the image of this version', () => {
  const { version } = JSON.parse(read('packages/armillary/package.json')) as { version: string };
  const images = readdirSync(join(root, 'deploy/node-lb')).flatMap((name) =>
    found(read(`deploy/node-lb/${name}`), /image: (\S+)/g),
  );
  expect(new Set(images)).toEqual(new Set([`ghcr.io/armillary/armillary:${version}`]));
  expect(guide).toContain(images[0]);
});

test('the program of the README runs', async () => {
  const { world, shell } = await cluster();
  await world.addService('web');
  const [program = ''] = blocksOf(read('packages/node-lb/README.md'), 'ts');
  const args = ['--input-type=module-typescript', '--eval', program];
  const options = { cwd: join(root, 'packages/node-lb'), env: shell.env };
  const { stdout, stderr } = await runProgram(process.execPath, args, options);
  expect([stdout, stderr]).toEqual([expect.stringContaining('bounce = network namespace armillary'), '']);
});

/** An API server with three nodes whose agents say that all is done, and a shell for it. */
async function cluster(): Promise<{ world: NodeLbWorld; shell: Shell }> {
  const world = await NodeLbWorld.start();
  ends.push(() => world.close());
  for (const name of ['worker-1', 'worker-2', 'worker-3']) await world.addNode(name);
  return { world, shell: await shellFor(world.kubeconfig) };
}

async function shellFor(kubeconfig: string): Promise<Shell> {
  const folder = await temporaryFolder();
  ends.push(() => folder.remove());
  await symlink(requiredKubectls().at(-1)?.path ?? '', join(folder.path, 'kubectl'));
  const programs = [folder.path, join(root, 'node_modules/.bin'), process.env['PATH']];
  return new Shell({
    ...process.env,
    HOME: folder.path,
    KUBECONFIG: kubeconfig,
    npm_config_update_notifier: 'false',
    PATH: programs.join(delimiter),
  });
}

/** How long a page's output may take to come: every question starts a kubectl. */
const patienceMs = 120_000;
/** What takes root, a kubelet or a terminal of its own. */
const notHere = /^(sudo |npx armillary up$|export KUBECONFIG|kubectl .*(rollout status|logs) )/;
/** What can be asked again. */
const question = /^(kubectl (-\S+ \S+ )?(get|describe) |npx armillary node-agent --print-plan)/;

/** Somebody who reads a page and types what it says. */
class Shell {
  readonly env: NodeJS.ProcessEnv;

  constructor(env: NodeJS.ProcessEnv) {
    this.env = env;
  }

  /** Runs the commands of a page in their order, and waits until they print what it shows below them. */
  async follow(page: string): Promise<void> {
    const blocks = found(page, /(^ *```(?:sh|text)\n.*?^ *```$)/gms);
    let setting = '';
    for (const [index, block] of blocks.entries()) {
      if (!block.trimStart().startsWith('```sh')) continue;
      const lines = contentOf(block).split('\n');
      const code = lines.filter((line) => !notHere.test(line)).join('\n');
      if (code.trim() === '') continue;
      setting += lines.filter((line) => /^[A-Z]+=/.test(line)).join('\n') + '\n';
      let printed = await this.run(setting + code);
      const shown = blocks[index + 1]?.trimStart().startsWith('```text') ? blocks[index + 1] : undefined;
      if (!shown || code !== lines.join('\n') || code.includes('--node-name worker')) continue;
      const questions = lines.filter((line) => question.test(line)).join('\n');
      const wanted = shapesOf(contentOf(shown));
      await eventually(
        `this is printed:\n${contentOf(shown)}`,
        async () => {
          const shapes = new Set(shapesOf(printed));
          if (wanted.every((line) => shapes.has(line))) return true;
          printed = await this.run(setting + questions);
          return false;
        },
        patienceMs,
      );
    }
  }

  /** Runs commands; gives what they print, and throws with their own words when they fail. */
  async run(code: string): Promise<string> {
    const options = { cwd: root, env: this.env, timeoutMs: 180_000 };
    const ran = await runProgram('bash', ['-euo', 'pipefail', '-c', code], options);
    if (ran.code !== 0) throw new Error(`${code}\nended with ${ran.code}:\n${ran.stderr}`);
    return ran.stdout;
  }
}

/** The content of a block of code, which a list may have moved in. */
function contentOf(block: string): string {
  const [first = '', ...lines] = block.split('\n');
  const margin = first.length - first.trimStart().length;
  return lines
    .slice(0, -1)
    .map((line) => line.slice(margin))
    .join('\n');
}

/** Lines without what differs from one time to the next: numbers, addresses, ages, widths of columns. */
function shapesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) =>
      line
        .replaceAll(/\b\d[\w.]*/g, '#')
        .replaceAll(/\s+/g, ' ')
        .trim(),
    )
    .filter((line) => line !== '');
}
