import {
  AGENT_POLICIES,
  AGENT_RUNTIMES,
  NAMESPACES,
  PODS,
  SERVICES,
  TOOL_POLICIES,
  TOOL_REGISTRIES,
  type KubeObject,
  type ResourceKind,
} from '@omnia-policy/kube';
import type { Scale } from '../scale.js';

/** An object that is to be created. */
export interface Wanted {
  readonly kind: ResourceKind;
  readonly object: KubeObject;
}

const SERVICE_ACCOUNTS: ResourceKind = {
  ...{ apiVersion: 'v1', kind: 'ServiceAccount', plural: 'serviceaccounts', isNamespaced: true },
};

/** What must be there before anything else can be created. */
export function namespaceObjects({ namespaces }: Scale): readonly Wanted[][] {
  const names = numbered('team', namespaces);
  const labels = { 'istio-injection': 'enabled' };
  return [
    names.map((name) => wanted(NAMESPACES, { name, labels }, {})),
    names.map((namespace) => wanted(SERVICE_ACCOUNTS, { namespace, name: 'default' }, {})),
  ];
}

/** Registries, Services, pods, agents: what the policies are about. The tools of a namespace come after its agents. */
export function platformObjects(scale: Scale): readonly Wanted[] {
  return numbered('team', scale.namespaces).flatMap((namespace) => [
    ...numbered('agent', scale.agents).flatMap((name, index) =>
      agentObjects({ namespace, name, hasOwnAccount: index % scale.agentsPerOwnAccount === 0 }),
    ),
    ...numbered('tools', scale.registries).flatMap((name) => registryObjects(namespace, name)),
  ]);
}

/** Namespace by namespace. */
export function policyObjects(scale: Scale): readonly Wanted[] {
  return numbered('team', scale.namespaces).flatMap((namespace) => [
    ...numbered('tools', scale.registries).flatMap((registry) =>
      numbered(`${registry}-policy`, scale.toolPoliciesPerRegistry).map((name, index) =>
        toolPolicy({ namespace, name, registry, index, limit: 500 }),
      ),
    ),
    ...numbered('access', scale.agentPolicies).map((name, index) =>
      agentPolicy(scale, { namespace, name, index, tools: TOOLS.slice(0, 5) }),
    ),
  ]);
}

/** Of every registry. */
export const TOOLS = numbered('tool', 8);

function registryObjects(namespace: string, name: string): Wanted[] {
  const labels = { app: name };
  const handlers = TOOLS.map((tool) => ({
    ...{ name: tool, type: 'http', service: { name, port: 8080 } },
    tool: { name: tool, description: `Does what ${tool} does`, inputSchema: { type: 'object' } },
  }));
  const ports = [{ name: 'http', port: 8080, targetPort: 8080, appProtocol: 'http' }];
  return [
    wanted(TOOL_REGISTRIES, { namespace, name }, { handlers }),
    wanted(SERVICES, { namespace, name, labels }, { selector: labels, ports }),
    podWithSidecar({ namespace, name: `${name}-0`, labels }),
  ];
}

interface AgentPlace {
  readonly namespace: string;
  readonly name: string;
  readonly hasOwnAccount: boolean;
}

function agentObjects({ namespace, name, hasOwnAccount }: AgentPlace): Wanted[] {
  const labels = { 'app.kubernetes.io/instance': name, 'omnia.altairalabs.ai/component': 'agent' };
  const spec = {
    promptPackRef: { name: `${name}-prompts`, track: 'stable' },
    facade: { type: 'websocket', port: 8080 },
    providers: [{ name: 'default', providerRef: { name: 'main' } }],
    toolRegistryRef: { name: 'tools-000' },
    runtime: { replicas: 1, resources: { requests: { cpu: '100m', memory: '256Mi' } } },
    ...(hasOwnAccount && { podOverrides: { serviceAccountName: `${name}-account` } }),
  };
  return [
    wanted(AGENT_RUNTIMES, { namespace, name }, spec),
    podWithSidecar({ namespace, name: `${name}-0`, labels }),
  ];
}

interface ToolPolicyContent {
  readonly namespace: string;
  readonly name: string;
  readonly registry: string;
  readonly index: number;
  /** What a change changes. */
  readonly limit: number;
}

/** Every second one reads bodies; one in four asks for a claim, one in four injects a header. */
export function toolPolicy({ namespace, name, registry, index, limit }: ToolPolicyContent): Wanted {
  const bound = `${String(limit)}.0`;
  const cel =
    index % 2 === 0
      ? `has(body.amount) && double(body.amount) > ${bound}`
      : `tool.name.size() > ${String(limit)}`;
  const spec = {
    selector: { registry, tools: TOOLS.slice(index, index + 3) },
    rules: [
      { name: 'limit', description: 'Caps what may be done', deny: { cel, message: 'More than the limit' } },
      {
        name: 'origin',
        deny: { cel: 'identity.origin == "untrusted"', message: 'Not for this origin' },
      },
    ],
    ...(index % 4 === 1 && { requiredClaims: [{ claim: 'Team', message: 'A team is required' }] }),
    ...(index % 4 === 2 && { headerInjection: [{ header: 'X-Handled-By', cel: 'identity.agent' }] }),
    ...{ mode: 'enforce', onFailure: 'deny', audit: { logDecisions: false } },
  };
  return wanted(TOOL_POLICIES, { namespace, name }, spec);
}

interface AgentPolicyContent {
  readonly namespace: string;
  readonly name: string;
  readonly index: number;
  /** What a change changes. */
  readonly tools: readonly string[];
}

/** Each about agents of its own, for two of the registries; every second one lets a claim travel. */
export function agentPolicy(
  { agentsPerPolicy, registries }: Scale,
  { namespace, name, index, tools }: AgentPolicyContent,
): Wanted {
  const first = index * agentsPerPolicy;
  const agents = numbered('agent', first + agentsPerPolicy).slice(first);
  const reached = [index % registries, (index + 1) % registries];
  const rules = reached.map((one) => ({ registry: numbered('tools', registries)[one], tools }));
  const forwardClaims = [{ claim: 'team', header: 'X-Omnia-Claim-Team' }];
  const spec = {
    selector: { agents },
    toolAccess: { mode: 'allowlist', rules },
    ...(index % 2 === 0 && { claimMapping: { forwardClaims } }),
  };
  return wanted(AGENT_POLICIES, { namespace, name }, spec);
}

interface PodPlace {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** As injection leaves a pod; there is no node to run it. */
function podWithSidecar({ namespace, name, labels }: PodPlace): Wanted {
  const containers = ['program', 'istio-proxy'].map((container) => ({ name: container, image: 'none' }));
  const spec = { containers, automountServiceAccountToken: false };
  return wanted(PODS, { namespace, name, labels }, spec);
}

function wanted(kind: ResourceKind, metadata: KubeObject['metadata'], spec: object): Wanted {
  return { kind, object: { apiVersion: kind.apiVersion, kind: kind.kind, metadata, spec } };
}

/** `team-000`, `team-001` and so on. */
export function numbered(word: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${word}-${String(index).padStart(3, '0')}`);
}
