/** One kubectl call and what it does against a real cluster. Calls run in order and build on each other. */
export interface Invocation {
  args: string;
  /** Exit code; 0 when absent. */
  code?: number;
  /** Every pattern is found in standard output. */
  out?: RegExp[];
  /** Every pattern is found in standard error. */
  err?: RegExp[];
  stdin?: string;
  env?: Record<string, string>;
  /** kubectl's oldest minor version that knows the call. */
  since?: number;
}

/**
 * The calls of a full session, in order. Arguments are split at spaces, except inside single quotes. The namespace is
 * `demo` from its creation on, where none is named.
 */
export const invocations: Invocation[] = [
  // The server and what it serves
  { args: 'version', out: [/Server Version: v1\.\d+/] },
  { args: 'version -o json', out: [/"serverVersion"/] },
  { args: 'cluster-info', out: [/control plane/] },
  { args: 'api-versions', out: [/^apps\/v1$/m, /^v1$/m, /^rbac\.authorization\.k8s\.io\/v1$/m] },
  { args: 'api-resources', out: [/^pods\s+po\s+v1\s+true\s+Pod$/m, /^deployments\s+deploy\s+apps\/v1/m] },
  { args: 'api-resources --api-group=apps -o name', out: [/^deployments\.apps$/m] },
  { args: 'api-resources --verbs=list --namespaced -o name', out: [/^configmaps$/m] },
  { args: 'get --raw /healthz', out: [/^ok$/] },
  { args: 'get --raw /readyz?verbose', out: [/readyz check passed/] },
  { args: 'get --raw /metrics', out: [/apiserver_request/] },
  { args: 'get --raw /openapi/v3', out: [/"apis\/apps\/v1"/] },

  // Namespaces, and the errors a script switches on
  { args: 'get namespaces', out: [/^default\s+Active\s+\d+/m, /^kube-system/m] },
  { args: 'get ns default -o yaml', out: [/kubernetes\.io\/metadata\.name: default/, /phase: Active/] },
  { args: 'create namespace demo', out: [/^namespace\/demo created$/m] },
  { args: 'create namespace demo', code: 1, err: [/\(AlreadyExists\): namespaces "demo" already exists/] },
  { args: 'create namespace dry --dry-run=server -o name', out: [/^namespace\/dry$/m] },
  { args: 'get ns dry', code: 1, err: [/\(NotFound\): namespaces "dry" not found/] },
  { args: 'get ns dry --ignore-not-found', out: [/^$/] },
  { args: 'create namespace Not_Valid', code: 1, err: [/is invalid: metadata\.name: Invalid value/] },
  { args: 'get nonsense', code: 1, err: [/the server doesn't have a resource type "nonsense"/] },
  { args: 'create -n nowhere configmap x', code: 1, err: [/namespaces "nowhere" not found/] },
  { args: 'config set-context --current --namespace=demo', out: [/modified/] },

  // Typed creates: sent as protobuf since 1.32
  {
    args: 'create secret generic pass --from-literal=user=me --from-literal=pass=s3',
    out: [/secret\/pass created/],
  },
  { args: "get secret pass -o jsonpath='{.data.user} {.type}'", out: [/bWU= Opaque/] },
  {
    args: 'create secret docker-registry reg --docker-username=u --docker-password=p --docker-server=r.example',
    out: [/secret\/reg created/],
  },
  { args: 'create configmap plain --from-literal=k=v', out: [/configmap\/plain created/] },
  { args: 'create configmap filed --from-file=literal.txt', out: [/created/] },
  { args: 'get cm filed -o yaml', out: [/text of a file/] },
  { args: 'create serviceaccount robot', out: [/serviceaccount\/robot created/] },
  { args: 'create token robot --duration=1h', out: [/^[\w-]+\.[\w-]+\.[\w-]+$/m] },
  { args: 'create role reader --verb=get,list --resource=pods,pods/log', out: [/role\.rbac.* created/] },
  {
    args: 'create rolebinding reads --role=reader --serviceaccount=demo:robot',
    out: [/rolebinding.* created/],
  },
  { args: 'create clusterrole nodes --verb=get --resource=nodes', out: [/clusterrole.* created/] },
  {
    args: 'create clusterrolebinding nodes --clusterrole=nodes --user=jane',
    out: [/clusterrolebinding.* created/],
  },
  { args: 'create deployment api --image=api:1 --replicas=3', out: [/deployment\.apps\/api created/] },
  { args: 'create service clusterip inner --tcp=80:8080', out: [/service\/inner created/] },
  { args: 'create service nodeport outer --tcp=80:8080', out: [/service\/outer created/] },
  {
    args: 'get svc',
    out: [
      /^inner\s+ClusterIP\s+\d+\.\d+\.\d+\.\d+\s+<none>\s+80\/TCP/m,
      /^outer\s+NodePort.*80:3\d{4}\/TCP/m,
    ],
  },
  { args: 'create job once --image=busybox -- true', out: [/job\.batch\/once created/] },
  { args: "create cronjob nightly --image=busybox --schedule='0 3 * * *' -- true", out: [/created/] },
  { args: "create ingress front --rule='example.com/=inner:80'", out: [/created/] },
  { args: 'create poddisruptionbudget few --selector=app=api --min-available=1', out: [/created/] },
  { args: 'create quota limits --hard=pods=10', out: [/resourcequota\/limits created/] },
  { args: 'create priorityclass high --value=1000', out: [/created/] },

  // Creating from files
  { args: 'create -f pod.yaml', out: [/^pod\/web created$/m] },
  { args: 'create -f pod.yaml', code: 1, err: [/pods "web" already exists/] },
  { args: 'create -f generated.yaml', out: [/^configmap\/made-[a-z0-9]{5} created$/m] },
  { args: 'create -f cm-typo.yaml', code: 1, err: [/strict decoding error: unknown field "dta"/] },
  {
    args: 'create -f cm-typo.yaml --validate=warn',
    out: [/configmap\/typo created/],
    err: [/[Uu]nknown field "dta"/],
  },
  {
    args: 'create -f - -o name',
    stdin: '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"piped"}}',
    out: [/configmap\/piped/],
  },
  { args: 'create -f list.yaml', out: [/configmap\/listed created/, /secret\/listed created/] },
  { args: 'create -f list-typo.yaml', code: 1, err: [/unknown field "dta"/] },
  { args: 'create -f folder -R', out: [/configmap\/one created/, /secret\/two created/] },
  { args: 'run shell --image=busybox --labels=app=shell -- sleep 60', out: [/pod\/shell created/] },

  // Reading
  { args: 'get all', out: [/^pod\/web\s/m, /^deployment\.apps\/api\s/m, /^service\/inner\s/m] },
  {
    args: 'get pods',
    out: [/^NAME\s+READY\s+STATUS\s+RESTARTS\s+AGE$/m, /^web\s+0\/2\s+Pending\s+0\s+\d+s/m],
  },
  { args: 'get pods -o wide', out: [/NOMINATED NODE/] },
  { args: 'get pods -o json', out: [/"kind": "List"/] },
  { args: 'get pods -o name', out: [/^pod\/web$/m] },
  { args: "get pod web -o jsonpath='{.spec.containers[*].image}'", out: [/nginx:1\.27 busybox:1\.36/] },
  { args: 'get pods -o custom-columns=N:.metadata.name,P:.status.phase', out: [/^web\s+Pending$/m] },
  { args: "get pod web -o go-template='{{.metadata.name}}'", out: [/^web$/] },
  { args: 'get pods --show-labels', out: [/app=web,tier=front/] },
  { args: 'get pods -L app', out: [/^web .*\sweb$/m] },
  { args: "get pods -l 'app in (web,shop),tier!=back' -o name", out: [/^pod\/web\n$/] },
  { args: 'get pods --field-selector=status.phase=Pending,metadata.name=web -o name', out: [/^pod\/web\n$/] },
  {
    args: 'get pods --field-selector=spec.nonsense=1',
    code: 1,
    err: [/field label not supported: spec\.nonsense/],
  },
  { args: 'get cm --sort-by=.metadata.name', out: [/filed[\s\S]*plain/] },
  { args: 'get cm --chunk-size=2 -o name', out: [/filed/, /two/] },
  { args: 'get cm -A', out: [/^demo\s+plain/m] },
  { args: 'get cm,secret -l pruned=group -o name', out: [/configmap\/one/, /secret\/two/] },
  { args: 'get -f pod.yaml -o name', out: [/pod\/web/] },
  { args: 'get pod web --subresource=status -o name', out: [/pod\/web/] },
  { args: 'get cm nope', code: 1, err: [/\(NotFound\): configmaps "nope" not found/] },
  { args: 'describe pod web', out: [/^Name:\s+web$/m, /^Status:\s+Pending$/m, /nginx:1\.27/] },
  { args: 'describe ns demo', out: [/^Status:\s+Active$/m, /limits/] },
  { args: 'describe svc inner', out: [/^Type:\s+ClusterIP$/m] },
  { args: 'describe deployment api', out: [/^Replicas:\s+3 desired/m] },
  { args: 'describe secret pass', out: [/^user:\s+2 bytes$/m] },
  { args: 'explain pods.spec.containers', out: [/KIND:\s+Pod/, /image\s+<string>/] },
  { args: 'explain deployment --recursive', out: [/replicas\s+<integer>/] },
  { args: 'logs web', out: [/^$/] },
  { args: 'get events', code: 0 },
  { args: 'events', code: 0 },

  // Apply, both ways
  { args: 'apply -f cm.yaml', out: [/^configmap\/settings created$/m] },
  { args: 'apply -f cm.yaml', out: [/^configmap\/settings unchanged$/m] },
  { args: 'diff -f cm.yaml', out: [/^$/] },
  { args: 'diff -f cm-changed.yaml', code: 1, out: [/-\s+colour: blue/, /\+\s+colour: red/] },
  { args: 'apply -f cm-changed.yaml --dry-run=server', out: [/configured \(server dry run\)/] },
  { args: "get cm settings -o jsonpath='{.data}'", out: [/\{"colour":"blue","size":"1"\}/] },
  { args: 'apply -f cm-changed.yaml', out: [/^configmap\/settings configured$/m] },
  { args: "get cm settings -o jsonpath='{.data}'", out: [/\{"colour":"red","shape":"round"\}/] },
  { args: 'apply view-last-applied cm/settings', out: [/shape: round/] },
  {
    args: 'apply --server-side --field-manager=one -f ssa.yaml',
    out: [/configmap\/shared serverside-applied/],
  },
  {
    args: 'apply --server-side --field-manager=two -f ssa-other.yaml',
    code: 1,
    err: [/conflict with "one"/, /\.data\.owner/],
  },
  {
    args: 'apply --server-side --field-manager=two --force-conflicts -f ssa-other.yaml',
    out: [/serverside-applied/],
  },
  {
    args: 'get cm shared -o yaml --show-managed-fields',
    out: [/manager: two/, /operation: Apply/, /f:owner/],
  },
  { args: 'apply -f deployment.yaml', out: [/deployment\.apps\/shop created/] },
  { args: 'apply -k kustom', out: [/configmap\/k-kustomized created/] },
  { args: 'apply -f folder --prune -l pruned=group', out: [/configmap\/one/] },
  { args: 'apply -f folder/one.yaml --prune -l pruned=group', out: [/configmap\/two pruned/] },

  // Changing
  { args: 'edit cm settings', env: { KUBE_EDITOR: 'sh edit.sh' }, out: [/configmap\/settings edited/] },
  { args: "get cm settings -o jsonpath='{.data.colour}'", out: [/green/] },
  {
    args: `patch deployment shop -p '{"spec":{"template":{"spec":{"containers":[{"name":"app","image":"shop:2"}]}}}}'`,
    out: [/patched$/m],
  },
  {
    args: "get deployment shop -o jsonpath='{.spec.template.spec.containers[*].image}'",
    out: [/shop:2 proxy:1/],
  },
  { args: `patch cm settings --type=merge -p '{"data":{"shape":null}}'`, out: [/patched/] },
  {
    args: `patch cm settings --type=json -p '[{"op":"replace","path":"/data/colour","value":"grey"}]'`,
    out: [/patched/],
  },
  {
    args: `patch cm settings --type=json -p '[{"op":"test","path":"/data/colour","value":"pink"}]'`,
    code: 1,
    err: [/./],
  },
  {
    args: `patch pod web --subresource=status --type=merge -p '{"status":{"phase":"Running"}}'`,
    out: [/patched/],
  },
  { args: 'get pod web', out: [/Running/] },
  { args: 'label pod web new=label', out: [/pod\/web labeled/] },
  { args: 'label pod web new=other', code: 1, err: [/already has a value/] },
  { args: 'label pod web new=other --overwrite', out: [/labeled/] },
  { args: 'label pod web new-', out: [/unlabeled/] },
  { args: 'annotate pod web note=hello', out: [/annotated/] },
  { args: 'create -f replace.yaml', out: [/created/] },
  { args: 'replace -f replace.yaml', out: [/configmap\/replaced replaced/] },
  {
    args: 'replace --force -f replace.yaml',
    out: [/configmap "replaced" deleted/, /configmap\/replaced replaced/],
  },
  { args: 'scale deployment shop --replicas=5', out: [/deployment\.apps\/shop scaled/] },
  { args: "get deployment shop -o jsonpath='{.spec.replicas}'", out: [/^5$/] },
  {
    args: 'scale deployment shop --replicas=1 --current-replicas=4',
    code: 1,
    err: [/[Ee]xpected replicas to be 4, was 5/],
  },
  { args: 'set image deployment/shop app=shop:3', out: [/image updated/] },
  { args: 'set env deployment/shop COLOUR=blue', out: [/env updated/] },
  { args: 'set resources deployment/shop --limits=cpu=100m', out: [/resource requirements updated/] },
  { args: 'rollout restart deployment/shop', out: [/restarted/] },
  { args: 'rollout pause deployment/shop', out: [/paused/] },
  { args: 'rollout resume deployment/shop', out: [/resumed/] },
  { args: 'rollout status deployment/shop --timeout=2s', code: 1, err: [/timed out/] },
  { args: 'expose deployment shop --port=80', out: [/service\/shop exposed/] },

  // Waiting
  { args: "wait pod/web --for=jsonpath='{.status.phase}'=Running --timeout=10s", out: [/condition met/] },
  { args: 'wait pod/web --for=condition=Ready --timeout=1s', code: 1, err: [/timed out waiting/] },
  { args: 'wait pod/missing --for=delete --timeout=5s', code: 0 },

  // Nodes
  { args: 'create -f node.yaml', out: [/node\/worker-1 created/] },
  { args: 'get nodes', out: [/^worker-1\s/m] },
  { args: 'cordon worker-1', out: [/cordoned/] },
  { args: 'uncordon worker-1', out: [/uncordoned/] },
  { args: 'taint nodes worker-1 only=us:NoSchedule', out: [/tainted/] },
  { args: 'describe node worker-1', out: [/only=us:NoSchedule/] },
  { args: 'drain worker-1 --ignore-daemonsets --timeout=10s', out: [/drained/] },

  // Custom resources
  { args: 'apply -f crd.yaml', out: [/customresourcedefinition.*created/] },
  {
    args: 'wait --for=condition=established crd/rings.sphere.example.com --timeout=10s',
    out: [/condition met/],
  },
  { args: 'create -f ring.yaml', out: [/ring\.sphere\.example\.com\/equator created/] },
  {
    args: 'create -f ring-bad.yaml',
    code: 1,
    err: [/spec\.size: Invalid value: 0: .* greater than or equal to 1/],
  },
  { args: 'create -f ring-huge.yaml', code: 1, err: [/the ring does not fit/] },
  { args: 'get rg', out: [/^NAME\s+SIZE\s+PHASE/m, /^equator\s+12/m] },
  { args: 'get rings -o wide', out: [/NOTE/, /big/] },
  { args: "get ring equator -o jsonpath='{.spec.count}'", out: [/^1$/] },
  { args: 'explain ring.spec.size', out: [/diameter in centimetres/] },
  {
    args: `patch ring equator -p '{"spec":{"size":13}}'`,
    code: 1,
    err: [/strategic|[Uu]nsupportedMediaType|media type/],
  },
  { args: `patch ring equator --type=merge -p '{"spec":{"size":13}}'`, out: [/patched/] },
  {
    args: `patch ring equator --subresource=status --type=merge -p '{"status":{"phase":"Turning"},"spec":{"size":50}}'`,
    out: [/patched/],
  },
  { args: 'get rg equator', out: [/^equator\s+13\s+Turning/m] },
  { args: 'scale ring equator --replicas=4', out: [/scaled/] },
  { args: 'apply --server-side -f ring.yaml --force-conflicts', out: [/serverside-applied/] },
  { args: 'describe ring equator', out: [/^Kind:\s+Ring$/m] },
  { args: 'describe crd rings.sphere.example.com', out: [/Established/] },

  // Who may do what
  { args: 'auth can-i create pods', out: [/^yes$/m] },
  { args: 'auth can-i --list', out: [/\*\.\*\s+\[\]\s+\[\]\s+\[\*\]/] },
  { args: 'auth whoami', out: [/system:masters/] },
  { args: 'auth can-i list pods --as=system:serviceaccount:demo:robot', out: [/^yes$/m] },
  { args: 'auth can-i delete pods --as=system:serviceaccount:demo:robot', code: 1, out: [/^no/m] },
  {
    args: 'get cm --as=system:serviceaccount:demo:robot',
    code: 1,
    err: [
      /\(Forbidden\): configmaps is forbidden: User "system:serviceaccount:demo:robot" cannot list resource "configmaps" in API group "" in the namespace "demo"/,
    ],
  },
  { args: 'auth reconcile -f rbac.yaml', out: [/reconciled/] },

  // What a store of objects does not do is refused in words
  { args: 'exec web -c main -- true', code: 1, err: [/./] },
  { args: 'top pods', code: 1, err: [/Metrics API not available/] },

  // Deleting
  { args: 'delete cm plain', out: [/configmap "plain" deleted/] },
  { args: 'delete cm plain', code: 1, err: [/not found/] },
  { args: 'delete cm plain --ignore-not-found', code: 0 },
  { args: 'delete -f cm.yaml --wait=false', out: [/deleted/] },
  { args: 'delete pod shell --grace-period=0 --force', out: [/pod "shell" force deleted/] },
  { args: 'delete pods -l app=web', out: [/pod "web" deleted/] },
  { args: 'delete deployment api --cascade=orphan', out: [/deleted/] },
  { args: 'delete deployment shop --cascade=foreground --timeout=20s', out: [/deleted/] },
  { args: 'delete cm --all', out: [/configmap "filed" deleted/] },
  { args: 'delete crd rings.sphere.example.com --timeout=20s', out: [/deleted/] },
  {
    args: 'get rings',
    code: 1,
    err: [/the server doesn't have a resource type|could not find the requested resource/],
  },
  { args: 'delete node worker-1', out: [/deleted/] },
  { args: 'delete clusterrole,clusterrolebinding nodes', out: [/deleted/] },
  { args: 'delete priorityclass high', out: [/deleted/] },
  { args: 'delete namespace demo --timeout=30s', out: [/namespace "demo" deleted/] },
  { args: 'get secret -n demo', err: [/No resources found/] },
];
