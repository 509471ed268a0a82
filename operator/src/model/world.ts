import type { ObjectRef } from '@omnia-policy/kube';
import type { PolicySet } from '@omnia-policy/policy';
import type { Attachments } from './apply-outcome.js';
import type {
  Agent,
  EmittedObject,
  ForeignAuthorization,
  MeshNamespace,
  Pod,
  Policy,
  PrivacyPolicy,
  ReplicaReport,
  Service,
  ToolRegistry,
  Workspace,
} from './objects.js';

/**
 * What plans look things up in: the caches of a running operator, or plain lists in a test. Reading it is synchronous
 * and changes nothing, so a plan is a pure function of the world, its key and the settings. Plans remember what they work
 * out of the Services, the registries, the policy set, and the pods that several Services select: when these change, there
 * must be a new world object.
 */
export interface World {
  readonly toolPolicies: Lookup<Policy>;
  readonly agentPolicies: Lookup<Policy>;
  readonly privacyPolicies: Lookup<PrivacyPolicy>;
  readonly toolRegistries: Lookup<ToolRegistry>;
  readonly agents: Lookup<Agent>;
  readonly workspaces: Lookup<Workspace>;
  readonly services: Lookup<Service>;
  readonly pods: PodLookup;
  readonly namespaces: Lookup<MeshNamespace>;
  /** AuthorizationPolicies of others. */
  readonly foreignAuthorizations: Lookup<ForeignAuthorization>;
  /** Names of secrets (their content is never read). */
  readonly secrets: Lookup<{ readonly ref: ObjectRef }>;
  /** Reports of the ext-authz replicas that are alive. */
  readonly replicas: Lookup<ReplicaReport>;
  /** ToolPolicies, AgentPolicies and ToolRegistries, compiled as ext-authz compiles them. */
  readonly policySet: PolicySet;
  /** Of tool workloads, of agents, and of the agents of a namespace. */
  readonly attachments: Attachments;
  /** Whether the API server knows Istio's kinds; WasmPlugins are told of only where they are wanted. */
  readonly knowsIstio: boolean;
}

export interface Lookup<T> {
  get(ref: ObjectRef): T | undefined;
  inNamespace(namespace: string): readonly T[];
  all(): readonly T[];
}

export interface PodLookup extends Lookup<Pod> {
  /** By name of the pod, in no order. */
  withLabel(namespace: string, name: string, value: string): ReadonlyMap<string, Pod>;
}

export type { EmittedObject };
