import type { CompiledAgentPolicy } from './agent/compile-agent-policy.js';
import type { PolicyDocument } from './document.js';
import type { LoadedFiles } from './last-good.js';
import type { Problem } from './resources/problem.js';
import type { CompiledToolPolicy } from './tool/compile-tool-policy.js';

/** An immutable, sorted, indexed snapshot of compiled policies. Replaced by one assignment. */
export interface PolicySet {
  /** Given by the source; names the set in logs, metrics and /policies. */
  readonly revision: string;
  readonly entries: readonly PolicyEntry[];
  /** The documents that are enforced (last good versions included): compiling them again gives the same decisions. */
  readonly documents: readonly PolicyDocument[];
  readonly needs: MeshNeeds;
  /** Every policy that is enforced, by namespace and name; broken ones that count as failures are among them. */
  readonly allToolPolicies: readonly CompiledToolPolicy[];
  readonly allAgentPolicies: readonly CompiledAgentPolicy[];
  toolPolicies(namespace: string, registry: string, tool: string): readonly CompiledToolPolicy[];
  /** Every ToolPolicy of a registry, for a call whose tool can't be known. */
  registryPolicies(namespace: string, registry: string): readonly CompiledToolPolicy[];
  /** A ToolRegistry says that the registry's tools are called by MCP messages. */
  speaksMcp(namespace: string, registry: string): boolean;
  agentPolicies(namespace: string, agent: string): readonly CompiledAgentPolicy[];
  /** Every AgentPolicy of a namespace, whichever agents it selects. */
  namespaceAgentPolicies(namespace: string): readonly CompiledAgentPolicy[];
  /** Names of the agents that run as a service account; empty for one that is no agent's. */
  readonly agentsOf: (namespace: string, serviceAccount: string) => readonly string[];
  /** What the next load falls back on. */
  readonly files: LoadedFiles;
}

/**
 * One document of the load and what became of it, or a former one that stays in force though its file no longer has it;
 * what /policies and the status show.
 */
export interface PolicyEntry {
  readonly origin: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly phase: 'Active' | 'Error';
  /** What decides calls: this version, the last one that compiled, or a failure; else nothing does. */
  readonly enforced: 'current' | 'last-good' | 'failure' | 'nothing';
  /** `metadata.generation` of this document; only the API server gives one. */
  readonly generation?: number;
  /** `metadata.generation` of the version that decides; absent if none does, or nobody gave it one. */
  readonly enforcedGeneration?: number;
  readonly mode: string;
  readonly ruleCount: number;
  readonly problems: readonly Problem[];
}

/** What a policy set asks of the Envoy in front of the tools. */
export interface MeshNeeds {
  /** Some expression reads `body` or `mcp`, or a ToolRegistry says that MCP is spoken: Envoy must buffer bodies. */
  readonly readsBody: boolean;
  /** Every policy says onFailure: allow (and there is one): calls pass while ext-authz can't be reached. */
  readonly failOpen: boolean;
  readonly claimMappings: readonly ClaimMapping[];
  /** Lower-case names of all headers that some policy injects. */
  readonly injectedHeaders: readonly string[];
}

/** Which claims travel as headers for which agents. Sorted by namespace and policy name; the first entry of a header wins. */
export interface ClaimMapping {
  readonly namespace: string;
  /** Empty: every agent of the namespace. */
  readonly agents: readonly string[];
  readonly claims: readonly { readonly claim: string; readonly header: string }[];
}
