import { refOf, refText, type KubeObject, type ObjectRef } from '@omnia-policy/kube';
import { compilePolicySet } from '@omnia-policy/policy';
import type { ApplyOutcome } from '../model/apply-outcome.js';
import { projectAgent, projectWorkspace } from '../model/project-agent.js';
import { projectAuthorization } from '../model/project-authorization.js';
import { projectPod } from '../model/project-pod.js';
import { projectPolicy, projectPrivacyPolicy } from '../model/project-policy.js';
import { projectReplica } from '../model/project-replica.js';
import { projectNamespace, projectService } from '../model/project-service.js';
import { projectToolRegistry } from '../model/project-tool-registry.js';
import type { Pod } from '../model/objects.js';
import type { Lookup, PodLookup, World } from '../model/world.js';

const COMPILED = new Set(['ToolPolicy', 'AgentPolicy', 'ToolRegistry', 'AgentRuntime']);

export interface WorldOptions {
  readonly knowsIstio?: boolean;
  /** By owner; of all others, `applied`. */
  readonly attachments?: Readonly<Record<string, ApplyOutcome>>;
  /** Policies and registries as they were before: what was good of them stays in force. */
  readonly former?: readonly KubeObject[];
}

/** The world in which exactly these objects are. */
export function worldOfObjects(objects: readonly KubeObject[], options: WorldOptions = {}): World {
  const ofKind = <T extends { readonly ref: ObjectRef }>(
    kind: string,
    project: (object: KubeObject) => T,
  ): Lookup<T> => lookup(objects.filter((object) => object.kind === kind).map(project));
  return {
    toolPolicies: ofKind('ToolPolicy', projectPolicy),
    agentPolicies: ofKind('AgentPolicy', projectPolicy),
    privacyPolicies: ofKind('SessionPrivacyPolicy', projectPrivacyPolicy),
    toolRegistries: ofKind('ToolRegistry', projectToolRegistry),
    agents: ofKind('AgentRuntime', projectAgent),
    workspaces: ofKind('Workspace', projectWorkspace),
    services: ofKind('Service', projectService),
    pods: podLookup(ofKind('Pod', projectPod)),
    namespaces: ofKind('Namespace', projectNamespace),
    foreignAuthorizations: ofKind('AuthorizationPolicy', projectAuthorization),
    secrets: ofKind('Secret', (object) => ({ ref: refOf(object) })),
    replicas: ofKind('Lease', projectReplica),
    policySet: compiled(objects, options.former),
    attachments: { outcomeOf: (owner) => options.attachments?.[owner] ?? { kind: 'applied' } },
    knowsIstio: options.knowsIstio ?? true,
  };
}

function compiled(objects: readonly KubeObject[], former: readonly KubeObject[] = []): World['policySet'] {
  const documents = (all: readonly KubeObject[]): { origin: string; value: KubeObject }[] =>
    all
      .filter(({ kind }) => COMPILED.has(kind))
      .map((value) => ({ origin: `${value.kind}/${refText(refOf(value))}`, value }));
  const previous = compilePolicySet(documents(former), { revision: '1', claimsShare: 'namespace' });
  return compilePolicySet(documents(objects), { revision: '2', claimsShare: 'namespace', previous });
}

function lookup<T extends { readonly ref: ObjectRef }>(items: readonly T[]): Lookup<T> {
  return {
    get: (ref) => items.find((item) => refText(item.ref) === refText(ref)),
    inNamespace: (namespace) => items.filter((item) => item.ref.namespace === namespace),
    all: () => items,
  };
}

function podLookup(pods: Lookup<Pod>): PodLookup {
  return {
    ...pods,
    withLabel: (namespace, name, value) =>
      new Map(
        pods
          .inNamespace(namespace)
          .filter(({ labels }) => labels[name] === value)
          .map((pod) => [pod.ref.name, pod]),
      ),
  };
}
