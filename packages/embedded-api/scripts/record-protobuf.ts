/**
 * Records the protobuf bodies that kubectl on the PATH sends, with what it prints for the same command with
 * `--dry-run=client -o json`, into fixtures/protobuf/. Run again after a new kubectl; needs nothing but kubectl.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { builtinResources } from '../src/builtin/resources.ts';
import { Discovery } from '../src/discovery/discovery.ts';
import { OpenApi } from '../src/openapi/openapi.ts';
import { Registry } from '../src/registry/registry.ts';

const FIXTURES = fileURLToPath(new URL('../fixtures/protobuf/', import.meta.url));

const COMMANDS: Record<string, string> = {
  namespace: 'create namespace demo',
  'secret-generic': 'create secret generic s --from-literal=user=root --from-literal=empty=',
  'secret-docker':
    'create secret docker-registry r --docker-username=u --docker-password=p --docker-server=reg.example',
  configmap: 'create configmap c --from-literal=a=1 --from-literal=snow=☃',
  serviceaccount: 'create serviceaccount builder',
  role: 'create role r --verb=get,list --resource=pods,deployments.apps --resource-name=one',
  rolebinding: 'create rolebinding b --role=r --user=jane --serviceaccount=default:builder --group=ops',
  clusterrole: 'create clusterrole cr --verb=get --non-resource-url=/healthz,/logs/*',
  'clusterrole-aggregated': 'create clusterrole agg --aggregation-rule=a/b=c',
  clusterrolebinding: 'create clusterrolebinding crb --clusterrole=cr --group=ops',
  deployment: 'create deployment web --image=nginx:1.27 --replicas=0 --port=80 -- sh -c true',
  'service-clusterip': 'create service clusterip web --tcp=80:8080 --tcp=53:dns --clusterip=None',
  'service-loadbalancer': 'create service loadbalancer web --tcp=443:8443',
  'service-externalname': 'create service externalname db --external-name=db.example.com',
  job: 'create job j --image=busybox -- sh -c true',
  cronjob: 'create cronjob cj --image=busybox --schedule=*/5_*_*_*_* --restart=Never -- date',
  ingress:
    'create ingress i --class=c --rule=host.example/path*=svc:http,tls=cert --default-backend=def:80 --annotation=k=v',
  pdb: 'create poddisruptionbudget p --selector=app=web --min-available=50%',
  'pdb-number': 'create poddisruptionbudget p --selector=app=web --max-unavailable=0',
  priorityclass: 'create priorityclass high --value=1000 --global-default=false --preemption-policy=Never',
  quota: 'create quota q --hard=cpu=1500m,pods=10,requests.storage=1Gi --scopes=BestEffort',
  token: 'create token builder --audience=a --duration=10m --bound-object-kind=Secret --bound-object-name=s',
  'can-i': 'auth can-i get pods --subresource=log -n demo',
  'can-i-list': 'auth can-i --list -n demo',
  whoami: 'auth whoami',
};

const run = promisify(execFile);
const registry = new Registry(builtinResources());
const discovery = new Discovery(registry, '127.0.0.1');
const openapi = new OpenApi(registry, 'v1.34.0');

let recorded: string | undefined;
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const path = (request.url ?? '').replace(/\?.*/, '');
    if (request.method === 'POST') {
      recorded = Buffer.concat(chunks).toString('base64');
      // kubectl has sent what is to be recorded; what it makes of the answer does not matter.
      response.writeHead(503).end();
      return;
    }
    const document =
      path === '/openapi/v3'
        ? openapi.index()
        : path.startsWith('/openapi/v3/')
          ? openapi.document(path.slice('/openapi/v3/'.length))
          : discovery.document(path, request.headers.accept);
    response.writeHead(document ? 200 : 404, { 'content-type': document?.contentType ?? 'text/plain' });
    response.end(document?.body);
  });
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const home = mkdtempSync(join(tmpdir(), 'kubectl-'));
const kubectl = async (args: string[]): Promise<string> => {
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const env = { ...process.env, HOME: home, KUBECONFIG: join(home, 'none') };
  return (await run('kubectl', ['--server', address, '-n', 'demo', ...args], { env })).stdout;
};

const split = (command: string): string[] => command.split(' ').map((word) => word.replaceAll('_', ' '));
const dryRun = (args: string[]): string[] => {
  const end = args.indexOf('--');
  const flags = ['--dry-run=client', '-o', 'json'];
  return end < 0 ? [...args, ...flags] : [...args.slice(0, end), ...flags, ...args.slice(end)];
};

const fixtures = [];
for (const [name, command] of Object.entries(COMMANDS)) {
  recorded = undefined;
  const args = split(command);
  await kubectl(args).catch(() => undefined);
  if (!recorded) throw new Error(`kubectl ${command} sent nothing`);
  const printable = /^create (?!token)/.test(command);
  const printed = printable ? (JSON.parse(await kubectl(dryRun(args))) as unknown) : undefined;
  fixtures.push({
    name,
    command: args,
    body: recorded as string,
    ...(printed ? { printed } : {}),
  });
}
writeFileSync(join(FIXTURES, 'kubectl.json'), `${JSON.stringify(fixtures, null, 1)}\n`);
server.close();
