import { expect, test } from 'vitest';
import { systemCommands } from '../host/system-commands.ts';
import { layoutOf } from './layout.ts';
import { labPrefix, rootLinkName } from './lab-name.ts';
import { thisMaker } from './maker.ts';
import { buildWorld } from './world.ts';
import { installNodeFirewall } from './node-firewall.ts';
import { removeLab } from './remove-labs.ts';
import { ProxyShape, defaultServiceCidr } from './proxy-shape.ts';
import { Resident } from './resident.ts';
test('x', async () => {
  const commands = systemCommands();
  const prefix = labPrefix(thisMaker(), 0); const rootLink = rootLinkName(thisMaker(), 0);
  const layout = layoutOf({ prefix, rootLink, subnet: 77, nodes: [{ backends: 1, callers: 1 }, { backends: 1, callers: 1 }] });
  try {
    for (const mode of [...Array(14).fill('iptables-nft')] as const) {
    let t = performance.now();
    const tick = (n: string) => { process.stderr.write(`${mode} ${n} ${(performance.now() - t).toFixed(0)} ms\n`); t = performance.now(); };
    await buildWorld(layout, commands); tick('world'); for (let i=0;i<0;i++){ const r=[]; for (const n of [layout.switchNamespace, ...layout.nodes.map(x=>x.namespace)]) { const o = JSON.parse((await commands.inside(n).run('bridge',['-j','link'])).stdout); r.push(...o.filter((x: any)=>x.state!=='forwarding').map((x: any)=>x.ifname+x.state)); } process.stderr.write(r.length+' '); if(!r.length)break;} tick('forwarding');
    await Promise.all(layout.nodes.map((n) => installNodeFirewall(layout, n, mode === 'iptables-legacy' ? 'legacy' : 'nft', commands))); tick('firewall');
    const residents = new Map([layout.client, ...layout.nodes, ...layout.pods].map((h) => [h.name, new Resident(h.namespace)]));
    await Promise.all(layout.pods.filter((p) => p.role === 'backend').map((p) => residents.get(p.name)!.serve(p.name, 8080))); tick('residents');
    const services = [{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'default' }, spec: { clusterIPs: ['10.96.7.7', 'fd00:10:96::77'], ports: [{ name: 't', port: 80, protocol: 'TCP' as const, nodePort: 30080 }, { name: 'u', port: 80, protocol: 'UDP' as const, nodePort: 30080 }] },
      status: { loadBalancer: { ingress: [{ ip: layout.nodes[0]!.addresses.IPv4 }, { ip: layout.nodes[0]!.addresses.IPv6 }] } } }];
    const slices = (['IPv4', 'IPv6'] as const).map((f) => ({ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: { name: 'web-' + f, namespace: 'default', labels: { 'kubernetes.io/service-name': 'web' } }, addressType: f,
      endpoints: layout.pods.filter((p) => p.role === 'backend').map((p) => ({ addresses: [p.addresses[f]], nodeName: p.node })), ports: [{ name: 't', port: 8080, protocol: 'TCP' }, { name: 'u', port: 8080, protocol: 'UDP' }] }));
    await Promise.all(layout.nodes.map((node) => new ProxyShape({ layout, node, mode, serviceCidr: defaultServiceCidr }, commands).sync(services, slices))); tick('proxy');
    await Promise.all(layout.nodes.map((node) => new ProxyShape({ layout, node, mode, serviceCidr: defaultServiceCidr }, commands).sync(services, slices))); tick('proxy again');
    let bad = 0;
    for (const name of ['client', 'node-1', 'node-2', 'caller-1-1', 'backend-1-1', 'backend-2-1'])
      for (const protocol of ['TCP', 'UDP'] as const) for (const f of ['IPv4', 'IPv6'] as const) {
        const t0=performance.now(); const a = await residents.get(name)!.call({ protocol, address: layout.nodes[0]!.addresses[f], port: 80, times: 10, timeoutMs: 1500 });
        if (performance.now()-t0>500) process.stderr.write(`SLOW ${name} ${protocol} ${f} ${performance.now()-t0}\n`); if (a.some((x) => 'error' in x)) { bad++; process.stderr.write(`${mode} ${name} ${protocol} ${f} ${JSON.stringify(a.slice(0, 3))}\n`); }
      }
    tick('cells'); process.stderr.write(`bad ${bad}\n`);
    await removeLab({ prefix, rootLink }, commands); tick('remove');
    expect(bad).toBe(0);
    }
  } finally { await removeLab({ prefix, rootLink }, commands); }
}, 60000);
