/**
 * Builds a real apiextensions-apiserver, the part of a current kube-apiserver that serves custom resources, from
 * Debian's source packages and Debian's Go, and prints its path. As an oracle it knows what the 1.20 server that
 * KUBEBUILDER_ASSETS names in our comparisons does not: CEL rules, watch-list, aggregated discovery, OpenAPI v3.
 *
 *   export APIEXTENSIONS_APISERVER=$(node scripts/extensions-api-server.ts)
 */
import { cpSync, existsSync, globSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { canInstall, run } from './debian.ts';
import { withDebianSuite } from './debian-suite.ts';

const program = join(
  process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
  'armillary/apiextensions-apiserver/apiextensions-apiserver',
);

function build(): void {
  if (!canInstall()) throw new Error('needs Debian, as root: it unpacks packages of Debian sid');
  withDebianSuite(['sid'], ({ folder, apt }) => {
    const go = /^Depends: golang-(\d+\.\d+)-go/m.exec(apt('apt-cache', ['show', 'golang-go']))?.[1];
    if (!go) throw new Error('Debian sid names no Go');
    const wanted = ['golang-k8s-apiextensions-apiserver-dev', `golang-${go}-go`, `golang-${go}-src`];
    apt('apt-get', ['install', '-y', '--download-only', '--no-install-recommends', ...wanted]);
    const root = join(folder, 'root');
    for (const deb of globSync(join(folder, 'cache/archives/golang-*.deb')))
      run('dpkg-deb', ['-x', deb, root]);
    const gopath = join(root, 'usr/share/gocode');
    const environment = {
      GOROOT: join(root, `usr/lib/go-${go}`),
      GOPATH: gopath,
      GO111MODULE: 'off',
      GOTOOLCHAIN: 'local',
      GOFLAGS: '',
      CGO_ENABLED: '0',
      GOCACHE: join(folder, 'go-build'),
    };
    const settings = Object.entries(environment).map(([k, v]) => `${k}=${v}`);
    const built = join(folder, 'apiextensions-apiserver');
    run('env', [...settings, join(environment.GOROOT, 'bin/go'), 'build', '-o', built, '.'], {
      cwd: join(gopath, 'src/k8s.io/apiextensions-apiserver'),
    });
    mkdirSync(dirname(program), { recursive: true });
    cpSync(built, program);
  });
}

if (!existsSync(program)) build();
console.log(program);
