import {
  AGENT_POLICIES,
  AGENT_RUNTIMES,
  PODS,
  SERVICES,
  TOOL_POLICIES,
  TOOL_REGISTRIES,
  type KubeObject,
  type ResourceKind,
} from '@omnia-policy/kube';

export interface ObjectOptions {
  readonly namespace?: string;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly generation?: number;
}

/** An object as the API server gives it; in namespace production unless said otherwise. */
export function clusterObject(kind: ResourceKind, name: string, options: ObjectOptions = {}): KubeObject {
  const { namespace = 'production', spec = {}, labels = {}, generation = 1 } = options;
  return {
    apiVersion: kind.apiVersion,
    kind: kind.kind,
    metadata: {
      name,
      ...(kind.isNamespaced && { namespace }),
      labels,
      generation,
      uid: `${kind.kind}-${namespace}-${name}`,
      resourceVersion: '1',
    },
    spec,
  };
}

/** Denies what the expression says, on every tool of the registry. */
export function toolPolicy(
  name: string,
  registry: string,
  { cel = 'false', generation = 1 }: { readonly cel?: string; readonly generation?: number } = {},
): KubeObject {
  const spec = { selector: { registry }, rules: [{ name: 'rule', deny: { cel, message: 'no' } }] };
  return clusterObject(TOOL_POLICIES, name, { spec, generation });
}

/** Allows one tool of the registry. */
export function agentPolicy(
  name: string,
  agents: readonly string[],
  registry = 'customer-tools',
): KubeObject {
  const spec = {
    selector: { agents },
    toolAccess: { mode: 'allowlist', rules: [{ registry, tools: ['lookup_order'] }] },
  };
  return clusterObject(AGENT_POLICIES, name, { spec });
}

export function agentRuntime(name: string, options: ObjectOptions = {}): KubeObject {
  return clusterObject(AGENT_RUNTIMES, name, options);
}

/** One handler, with the Service that serves it. */
export function toolRegistry(name: string, service: string): KubeObject {
  const handler = { name: 'tools', type: 'http', service: { name: service, port: 8080 } };
  return clusterObject(TOOL_REGISTRIES, name, { spec: { handlers: [handler] } });
}

export function toolService(name: string, app: string): KubeObject {
  const spec = { selector: { app }, ports: [{ name: 'http', port: 8080, protocol: 'TCP' }] };
  return clusterObject(SERVICES, name, { spec });
}

export function sidecarPod(name: string, labels: Readonly<Record<string, string>>): KubeObject {
  const spec = { containers: [{ name: 'tools' }, { name: 'istio-proxy' }] };
  return clusterObject(PODS, name, { labels, spec });
}
