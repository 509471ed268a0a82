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
  WORKSPACES,
} from '@omnia-policy/kube';
import { EMITTED_KINDS } from '../apply/emitted-objects.js';
import { withOwnStatus } from '../caches/own-status.js';
import { withDocument } from '../caches/with-document.js';
import { projectSecret } from '../caches/project-secret.js';
import { projectAgent, projectWorkspace } from '../model/project-agent.js';
import { projectAuthorization } from '../model/project-authorization.js';
import { projectEmitted } from '../model/project-emitted.js';
import { projectPod } from '../model/project-pod.js';
import { projectPolicy, projectPrivacyPolicy } from '../model/project-policy.js';
import { projectReplica } from '../model/project-replica.js';
import { projectNamespace, projectService } from '../model/project-service.js';
import { projectToolRegistry } from '../model/project-tool-registry.js';
import { createMemoryCache } from './memory-cache.js';

/** The caches of an operator, empty, to be filled by hand. */
export function createMemoryCaches() {
  return {
    toolPolicies: createMemoryCache(TOOL_POLICIES, withDocument(projectPolicy)),
    agentPolicies: createMemoryCache(AGENT_POLICIES, withDocument(projectPolicy)),
    privacyPolicies: createMemoryCache(SESSION_PRIVACY_POLICIES, projectPrivacyPolicy),
    toolRegistries: createMemoryCache(TOOL_REGISTRIES, withDocument(projectToolRegistry)),
    agents: createMemoryCache(
      AGENT_RUNTIMES,
      withDocument((object) => withOwnStatus(projectAgent(object))),
    ),
    workspaces: createMemoryCache(WORKSPACES, (object) => withOwnStatus(projectWorkspace(object))),
    services: createMemoryCache(SERVICES, projectService),
    pods: createMemoryCache(PODS, projectPod),
    namespaces: createMemoryCache(NAMESPACES, projectNamespace),
    foreignAuthorizations: createMemoryCache(AUTHORIZATION_POLICIES, projectAuthorization),
    secrets: new Map([['production', createMemoryCache(SECRETS, projectSecret)]]),
    replicas: createMemoryCache(LEASES, projectReplica),
    emitted: EMITTED_KINDS.map((kind) => createMemoryCache(kind, projectEmitted)),
  };
}
