/**
 * `npm run report:node-lb`: sends traffic on all paths of the load balancer's lab, with each kube-proxy, and writes what
 * came of it to docs/node-load-balancer-report.md. Needs root on Linux; a real kube-proxy and kube-apiserver take part
 * when KUBEBUILDER_ASSETS names their folder.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import type { MatrixCell } from '@armillary/node-lb';
import { startDualStackApi } from '../e2e/testing/dual-stack-api.ts';

const main = join(import.meta.dirname, '../packages/armillary/src/main.ts');
const page = join(import.meta.dirname, '../docs/node-load-balancer-report.md');
const assets = process.env['KUBEBUILDER_ASSETS'];

interface Variant {
  kubeProxy: string;
  policy: 'Cluster' | 'Local';
}

const shapes = ['shape-iptables-nft', 'shape-iptables-legacy', 'shape-nftables'];
const programs = assets === undefined ? [] : ['real-iptables-nft', 'real-iptables-legacy'];
const variants = [...programs, ...shapes].flatMap((kubeProxy): Variant[] => [
  { kubeProxy, policy: 'Cluster' },
  { kubeProxy, policy: 'Local' },
]);

const sections: string[] = [];
let failed = 0;
for (const variant of variants) {
  const cells = await run(variant);
  failed += cells.filter(({ passed, of }) => passed < of).length;
  sections.push(section(variant, cells));
  process.stderr.write(`${variant.kubeProxy}, ${variant.policy}: ${whole(cells)}\n`);
}
writeFileSync(page, await format(text(), { ...(await resolveConfig(page)), filepath: page }));
if (failed > 0) process.exitCode = 1;

/** The lab's matrix, by the command that everybody can run. */
async function run({ kubeProxy, policy }: Variant): Promise<MatrixCell[]> {
  const args = [main, 'lab', 'node-lb', '--kube-proxy', kubeProxy, '--policy', policy, '--output', 'json'];
  if (!kubeProxy.startsWith('real-')) return matrix(args);
  const folder = mkdtempSync(join(tmpdir(), 'node-lb-report-'));
  const api = await startDualStackApi(folder, assets);
  try {
    return matrix([...args, '--kubeconfig', api.kubeconfig]);
  } finally {
    await api.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function matrix(args: string[]): MatrixCell[] {
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  const line = stdout.split('\n').find((text) => text.startsWith('{"cells"'));
  if (line === undefined) throw new Error(`the lab printed no matrix:\n${stderr}`);
  return (JSON.parse(line) as { cells: MatrixCell[] }).cells;
}

function section({ kubeProxy, policy }: Variant, cells: readonly MatrixCell[]): string {
  const columns = [...new Set(cells.map(({ protocol, family }) => `${protocol} ${family}`))];
  const clients = [...new Set(cells.map(({ client }) => client))];
  const of = (client: string, column: string): string => {
    const cell = cells.find((one) => one.client === client && `${one.protocol} ${one.family}` === column);
    return cell ? `${cell.passed}/${cell.of}` : '';
  };
  const proof =
    policy === 'Cluster'
      ? 'A connection counts when it was answered and the bounce namespace of the claimed node counted it.'
      : "A connection counts when it was answered and the pod saw the client's own address.";
  return [
    `## ${title(kubeProxy)}, externalTrafficPolicy: ${policy}`,
    '',
    `${whole(cells)} ${proof}`,
    '',
    `| client | ${columns.join(' | ')} |`,
    `| --- | ${columns.map(() => '---').join(' | ')} |`,
    ...clients.map((client) => `| ${client} | ${columns.map((column) => of(client, column)).join(' | ')} |`),
    '',
  ].join('\n');
}

function whole(cells: readonly MatrixCell[]): string {
  return `${cells.filter(({ passed, of }) => passed === of).length} of ${cells.length} paths work.`;
}

function title(kubeProxy: string): string {
  const [kind, ...mode] = kubeProxy.split('-');
  return kind === 'real' ? `kube-proxy, ${mode.join('-')}` : `Rules of kube-proxy's shape, ${mode.join('-')}`;
}

function versionOf(program: string, ...args: string[]): string {
  return execFileSync(program, args, { encoding: 'utf8' }).trim().split('\n')[0] ?? '';
}

function text(): string {
  const versions = [
    `Linux ${release().replace(/-.*/, '')}`,
    versionOf('iptables', '--version'),
    versionOf('nft', '--version'),
    versionOf('ipset', '--version'),
    ...(assets === undefined ? [] : [`kube-proxy ${versionOf(join(assets, 'kube-proxy'), '--version')}`]),
  ];
  return `<!-- Written by \`npm run report:node-lb\`. Do not edit. -->

# Test report of the node load balancer

A client, a switch, two nodes and four pods are network namespaces of one machine, with IPv4 and IPv6, on nodes that drop what nobody lets through. The controller and the agents are the processes that a cluster runs. Six kinds of clients call a Service at the address of the node that was chosen for it, each ten times on each path: \`armillary lab node-lb\` does the same anywhere.

- **external**: a machine outside of the cluster
- **node**: the chosen node itself
- **other-node**: the other node
- **pod**: a pod that is none of the Service's
- **hairpin-pod**: a pod of the Service, on the chosen node
- **other-node-backend**: a pod of the Service, on the other node

Where a real kube-proxy runs, the API server is a real one, too, and the Service's status is withheld: this kube-proxy knows no \`ipMode\` and would take a short cut past the load balancer.

Versions: ${versions.join('; ')}.

${sections.join('\n')}`;
}
