/** Ways to install that differ in what the chart makes. */
export const VALUE_SETS: Readonly<Record<string, unknown>> = {
  'the defaults': {},
  'one replica of each, no autoscaler': {
    operator: { replicas: 1, podDisruptionBudget: { create: false } },
    extAuthz: { replicas: 1, autoscaling: { create: false }, podDisruptionBudget: { create: false } },
  },
  'images of a registry, by digest': {
    images: { registry: 'registry.example.com:5000/platform', pullSecrets: [{ name: 'pull' }] },
    operator: { image: { digest: `sha256:${'a'.repeat(64)}` } },
    extAuthz: { image: { tag: '1.2.3' } },
  },
  'tokens of an issuer': {
    mesh: {
      trustDomain: 'example.org',
      clusterDomain: 'example.internal',
      defaultIssuer: {
        issuer: 'https://login.example.com',
        audiences: ['customer-tools', 'other-tools'],
        jwksUri: 'https://login.example.com/keys',
      },
    },
  },
  'everything else that can be made': {
    companionCrds: { create: true },
    filterImage: {
      url: 'oci://registry.example.com/platform/omnia-filter:0.1.0',
      sha256: 'b'.repeat(64),
      pullSecret: 'pull',
    },
    secretChecks: { namespaces: ['production'] },
    priorityClass: { create: true },
    serviceMonitor: { create: true, labels: { release: 'prometheus' } },
    prometheusRule: { create: true },
    dashboard: { create: true },
    webhook: { failurePolicy: 'Fail' },
    networkPolicy: { webhookFrom: [{ ipBlock: { cidr: '10.0.0.0/16' } }] },
  },
  'as little as can be': {
    crds: { create: false },
    priorityClass: { name: 'system-cluster-critical' },
    networkPolicy: { create: false },
    operator: { nodeSelector: { 'kubernetes.io/os': 'linux' }, tolerations: [{ operator: 'Exists' }] },
    extAuthz: { podAnnotations: { note: 'x' }, unmatched: 'deny', mcpDenial: 'http', workers: 4 },
  },
};
