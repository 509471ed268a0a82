/** What the API calls one kind of object. */
export interface ResourceKind {
  readonly apiVersion: string;
  readonly kind: string;
  /** The word in paths. */
  readonly plural: string;
  readonly isNamespaced: boolean;
}

const OMNIA = 'omnia.altairalabs.ai/v1alpha1';

export const TOOL_POLICIES = namespaced(OMNIA, 'ToolPolicy', 'toolpolicies');
export const AGENT_POLICIES = namespaced(OMNIA, 'AgentPolicy', 'agentpolicies');
export const SESSION_PRIVACY_POLICIES = namespaced(OMNIA, 'SessionPrivacyPolicy', 'sessionprivacypolicies');
export const TOOL_REGISTRIES = namespaced(OMNIA, 'ToolRegistry', 'toolregistries');
export const AGENT_RUNTIMES = namespaced(OMNIA, 'AgentRuntime', 'agentruntimes');
export const WORKSPACES = clusterScoped(OMNIA, 'Workspace', 'workspaces');

export const AUTHORIZATION_POLICIES = namespaced(
  'security.istio.io/v1',
  'AuthorizationPolicy',
  'authorizationpolicies',
);
export const REQUEST_AUTHENTICATIONS = namespaced(
  'security.istio.io/v1',
  'RequestAuthentication',
  'requestauthentications',
);
export const ENVOY_FILTERS = namespaced('networking.istio.io/v1alpha3', 'EnvoyFilter', 'envoyfilters');
export const WASM_PLUGINS = namespaced('extensions.istio.io/v1alpha1', 'WasmPlugin', 'wasmplugins');

export const SERVICES = namespaced('v1', 'Service', 'services');
export const PODS = namespaced('v1', 'Pod', 'pods');
export const SECRETS = namespaced('v1', 'Secret', 'secrets');
export const EVENTS = namespaced('events.k8s.io/v1', 'Event', 'events');
export const NAMESPACES = clusterScoped('v1', 'Namespace', 'namespaces');
export const LEASES = namespaced('coordination.k8s.io/v1', 'Lease', 'leases');
export const VALIDATING_WEBHOOKS = clusterScoped(
  'admissionregistration.k8s.io/v1',
  'ValidatingWebhookConfiguration',
  'validatingwebhookconfigurations',
);

function namespaced(apiVersion: string, kind: string, plural: string): ResourceKind {
  return { apiVersion, kind, plural, isNamespaced: true };
}

function clusterScoped(apiVersion: string, kind: string, plural: string): ResourceKind {
  return { apiVersion, kind, plural, isNamespaced: false };
}
