import {
  AGENT_POLICIES,
  AGENT_RUNTIMES,
  AUTHORIZATION_POLICIES,
  LEASES,
  NAMESPACES,
  PODS,
  SECRETS,
  SERVICES,
  SESSION_PRIVACY_POLICIES,
  TOOL_POLICIES,
  TOOL_REGISTRIES,
  watchObjects,
  WORKSPACES,
  type KubeClient,
  type KubeMetrics,
  type KubeObject,
  type ListScope,
  type ObjectCache,
  type PolicyBearing,
  type ResourceKind,
} from '@omnia-policy/kube';
import type { Logger } from '@omnia-policy/service';
import { EMITTED_KINDS } from '../apply/emitted-objects.js';
import { FOREIGN_SELECTOR, MANAGED_SELECTOR } from '../apply/ownership.js';
import { projectAgent, projectWorkspace } from '../model/project-agent.js';
import { projectAuthorization } from '../model/project-authorization.js';
import { projectEmitted } from '../model/project-emitted.js';
import { projectPod } from '../model/project-pod.js';
import { projectPolicy, projectPrivacyPolicy } from '../model/project-policy.js';
import { projectReplica } from '../model/project-replica.js';
import { projectNamespace, projectService } from '../model/project-service.js';
import { projectToolRegistry } from '../model/project-tool-registry.js';
import { projectSecret } from './project-secret.js';
import { withDocument } from './with-document.js';
import { withOwnStatus } from './own-status.js';

export interface WatchClusterOptions {
  readonly client: KubeClient;
  readonly systemNamespace: string;
  /** Where names of secrets may be listed. */
  readonly secretNamespaces: readonly string[];
  readonly logger: Logger;
  readonly metrics: KubeMetrics;
  readonly signal: AbortSignal;
}

/** One watch for each kind that plans look at; what the policy set is made from is kept with the same objects. */
export type ClusterCaches = ReturnType<typeof watchCluster>;

/** What the platform, and Istio, may not have installed (yet). */
const OPTIONAL = { mayBeMissing: true };

/** Each filter has the module in it, some 100 KB. */
const EMITTED_PAGE = 50;

const projectKeptAgent = withDocument((object) => withOwnStatus(projectAgent(object)));

export function watchCluster(options: WatchClusterOptions) {
  const { client, systemNamespace, secretNamespaces, ...common } = options;
  const watch = <T>(
    kind: ResourceKind,
    project: (object: KubeObject) => T,
    more: { readonly scope?: ListScope; readonly mayBeMissing?: boolean } = {},
  ): ObjectCache<T> => watchObjects(client, { ...common, kind, project, ...more });
  return {
    toolPolicies: watch(TOOL_POLICIES, withDocument(projectPolicy)),
    agentPolicies: watch(AGENT_POLICIES, withDocument(projectPolicy)),
    privacyPolicies: watch(SESSION_PRIVACY_POLICIES, projectPrivacyPolicy),
    toolRegistries: watch(TOOL_REGISTRIES, withDocument(projectToolRegistry), OPTIONAL),
    agents: watch(AGENT_RUNTIMES, projectKeptAgent, OPTIONAL),
    workspaces: watch(WORKSPACES, (object) => withOwnStatus(projectWorkspace(object)), OPTIONAL),
    services: watch(SERVICES, projectService),
    pods: watch(PODS, projectPod),
    namespaces: watch(NAMESPACES, projectNamespace),
    foreignAuthorizations: watch(AUTHORIZATION_POLICIES, projectAuthorization, {
      ...OPTIONAL,
      scope: { labelSelector: FOREIGN_SELECTOR },
    }),
    /** By namespace. */
    secrets: new Map(
      secretNamespaces.map((namespace) => [
        namespace,
        watch(SECRETS, projectSecret, { scope: { namespace, metadataOnly: true } }),
      ]),
    ),
    replicas: watch(LEASES, projectReplica, {
      scope: { namespace: systemNamespace, labelSelector: 'omnia.altairalabs.ai/component=ext-authz' },
    }),
    emitted: EMITTED_KINDS.map((kind) =>
      watch(kind, projectEmitted, {
        ...OPTIONAL,
        scope: { labelSelector: MANAGED_SELECTOR, pageSize: EMITTED_PAGE },
      }),
    ),
  };
}

/** Those that the policy set is made from. */
export function policyCaches(caches: ClusterCaches): readonly ObjectCache<PolicyBearing>[] {
  return [caches.toolPolicies, caches.agentPolicies, caches.toolRegistries, caches.agents];
}

/** All of them, to wait for and to look after. */
export function allCaches({ secrets, emitted, ...rest }: ClusterCaches): readonly ObjectCache<unknown>[] {
  return [...Object.values(rest), ...secrets.values(), ...emitted];
}
