/** The files that the kubectl invocations name, by file name. */
export const manifests: Record<string, string> = {
  'pod.yaml': `apiVersion: v1
kind: Pod
metadata: { name: web, labels: { app: web, tier: front } }
spec:
  containers:
    - name: main
      image: nginx:1.27
      ports: [{ containerPort: 80 }]
    - name: side
      image: busybox:1.36
      command: [sleep, "3600"]
`,
  'generated.yaml': `apiVersion: v1
kind: ConfigMap
metadata: { generateName: made- }
data: { a: "1" }
`,
  'cm.yaml': `apiVersion: v1
kind: ConfigMap
metadata: { name: settings, labels: { set: "yes" } }
data: { colour: blue, size: "1" }
`,
  'cm-changed.yaml': `apiVersion: v1
kind: ConfigMap
metadata: { name: settings, labels: { set: "yes" } }
data: { colour: red, shape: round }
`,
  'cm-typo.yaml': `apiVersion: v1
kind: ConfigMap
metadata: { name: typo }
dta: { colour: red }
`,
  'ssa.yaml': `apiVersion: v1
kind: ConfigMap
metadata: { name: shared }
data: { owner: first }
`,
  'ssa-other.yaml': `apiVersion: v1
kind: ConfigMap
metadata: { name: shared }
data: { owner: second }
`,
  'deployment.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: { name: shop, labels: { app: shop } }
spec:
  replicas: 2
  selector: { matchLabels: { app: shop } }
  template:
    metadata: { labels: { app: shop } }
    spec:
      containers:
        - { name: app, image: "shop:1" }
        - { name: proxy, image: "proxy:1" }
`,
  'list.yaml': `apiVersion: v1
kind: List
items:
  - { apiVersion: v1, kind: ConfigMap, metadata: { name: listed } }
  - { apiVersion: v1, kind: Secret, metadata: { name: listed } }
`,
  'list-typo.yaml': `apiVersion: v1
kind: List
items:
  - { apiVersion: v1, kind: ConfigMap, metadata: { name: mistyped }, dta: {} }
`,
  'replace.yaml': `apiVersion: v1
kind: ConfigMap
metadata: { name: replaced }
data: { v: "2" }
`,
  'crd.yaml': `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: rings.sphere.example.com }
spec:
  group: sphere.example.com
  scope: Namespaced
  names: { plural: rings, singular: ring, kind: Ring, shortNames: [rg], categories: [all] }
  versions:
    - name: v1
      served: true
      storage: true
      subresources:
        status: {}
        scale: { specReplicasPath: .spec.count, statusReplicasPath: .status.count }
      additionalPrinterColumns:
        - { name: Size, type: integer, jsonPath: .spec.size }
        - { name: Phase, type: string, jsonPath: .status.phase }
        - { name: Note, type: string, jsonPath: .spec.note, priority: 1 }
      schema:
        openAPIV3Schema:
          type: object
          description: A ring of the sphere.
          properties:
            spec:
              type: object
              required: [size]
              properties:
                size: { type: integer, minimum: 1, description: Its diameter in centimetres. }
                count: { type: integer, default: 1 }
                note: { type: string, maxLength: 20 }
              x-kubernetes-validations:
                - { rule: "self.size < 100", message: the ring does not fit }
            status:
              type: object
              x-kubernetes-preserve-unknown-fields: true
`,
  'ring.yaml': `apiVersion: sphere.example.com/v1
kind: Ring
metadata: { name: equator }
spec: { size: 12, note: big }
`,
  'ring-bad.yaml': `apiVersion: sphere.example.com/v1
kind: Ring
metadata: { name: broken }
spec: { size: 0 }
`,
  'ring-huge.yaml': `apiVersion: sphere.example.com/v1
kind: Ring
metadata: { name: huge }
spec: { size: 100 }
`,
  'rbac.yaml': `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: reconciled, namespace: demo }
rules:
  - { apiGroups: [""], resources: [pods], verbs: [get] }
`,
  'node.yaml': `apiVersion: v1
kind: Node
metadata: { name: worker-1, labels: { kubernetes.io/os: linux } }
`,
  'kustom/kustomization.yaml': `resources: [cm.yaml]
namePrefix: k-
`,
  'kustom/cm.yaml': `apiVersion: v1
kind: ConfigMap
metadata: { name: kustomized }
data: { a: "1" }
`,
  'folder/one.yaml': `apiVersion: v1
kind: ConfigMap
metadata: { name: one, labels: { pruned: group } }
`,
  'folder/two.yaml': `apiVersion: v1
kind: ConfigMap
metadata: { name: two, labels: { pruned: group } }
---
apiVersion: v1
kind: Secret
metadata: { name: two, labels: { pruned: group } }
stringData: { key: value }
`,
  'literal.txt': 'text of a file\n',
  'edit.sh': `#!/bin/sh
sed -i 's/colour: red/colour: green/' "$1"
`,
};
