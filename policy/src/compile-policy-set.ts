import { indexServiceAccounts } from './index-service-accounts.js';
import type { CompiledAgentPolicy } from './agent/compile-agent-policy.js';
import { claimMappings, claimMappingsByNamespace } from './claim-mappings.js';
import type { AgentContribution, CompiledDocument, RegistryContribution } from './compile-document.js';
import type { CompiledToolPolicy } from './tool/compile-tool-policy.js';
import { compileOnce, type CompileDocument } from './compile-once.js';
import { fileOf, type PolicyDocument } from './document.js';
import { documentsInForce, enforceFiles } from './enforcement.js';
import {
  byNamespaceAndName,
  indexAgentPolicies,
  indexMcpRegistries,
  indexToolPolicies,
} from './index-policies.js';
import { keepFormer, type LoadedFiles } from './last-good.js';
import { meshNeeds } from './mesh-needs.js';
import { policyEntries } from './policy-entries.js';
import type { PolicySet } from './policy-set.js';

export interface CompileOptions {
  readonly revision: string;
  /** The set that is in force: its good versions stand in for documents that broke, its unchanged ones are reused. */
  readonly previous?: PolicySet;
  /** A set whose compiled documents are reused, and nothing else of it: for documents that another process found to be in force. */
  readonly reuse?: PolicySet;
  /**
   * Which mappings of claims share one filter and what it holds: those of `all` policies (default), or those of each
   * `namespace`, where every namespace's agents have a filter of their own.
   */
  readonly claimsShare?: 'all' | 'namespace';
}

/**
 * Compiles a complete load into one immutable set. What an author wrote never makes it throw: a document with problems
 * keeps its last good version, or else counts as an evaluation failure for the calls that it selects.
 */
export function compilePolicySet(documents: readonly PolicyDocument[], options: CompileOptions): PolicySet {
  const { previous, reuse = previous } = options;
  const former: LoadedFiles = previous?.files ?? new Map();
  const files = keepFormer(compileFiles(documents, compileOnce(reuse?.files)), former);
  const enforced = enforceFiles(files);
  const inForce = documentsInForce(enforced);
  const { leftOut, ...lookUps } = indexed(inForce, options.claimsShare ?? 'all');
  return {
    revision: options.revision,
    entries: policyEntries(enforced, leftOut),
    documents: inForce.map(({ document }) => document),
    ...lookUps,
    files,
  };
}

/** By file. What was compiled before is not compiled again. */
function compileFiles(
  documents: readonly PolicyDocument[],
  compile: CompileDocument,
): Map<string, CompiledDocument[]> {
  const files = new Map<string, CompiledDocument[]>();
  for (const document of documents) {
    const compiled = compile(document);
    const file = fileOf(document.origin);
    const list = files.get(file);
    if (list) list.push(compiled);
    else files.set(file, [compiled]);
  }
  return files;
}

type LookUps = Omit<PolicySet, 'revision' | 'entries' | 'documents' | 'files'>;

/** `leftOut`: AgentPolicies whose claims can not travel. */
function indexed(
  inForce: readonly CompiledDocument[],
  claimsShare: 'all' | 'namespace',
): LookUps & { readonly leftOut: readonly CompiledAgentPolicy[] } {
  const { toolPolicies, agentPolicies, mcpRegistries, overrides } = sortedOut(inForce);
  const { mappings, leftOut } =
    claimsShare === 'all' ? claimMappings(agentPolicies) : claimMappingsByNamespace(agentPolicies);
  const speaksMcp = mcpRegistries.length > 0;
  return {
    leftOut,
    allToolPolicies: toolPolicies,
    allAgentPolicies: agentPolicies,
    needs: meshNeeds({ toolPolicies, agentPolicies, claimMappings: mappings, speaksMcp }),
    ...indexToolPolicies(toolPolicies),
    ...indexAgentPolicies(agentPolicies),
    agentsOf: indexServiceAccounts(overrides),
    speaksMcp: indexMcpRegistries(mcpRegistries),
  };
}

interface SortedOut {
  readonly toolPolicies: readonly CompiledToolPolicy[];
  readonly agentPolicies: readonly CompiledAgentPolicy[];
  readonly mcpRegistries: readonly RegistryContribution[];
  readonly overrides: readonly AgentContribution[];
}

function sortedOut(inForce: readonly CompiledDocument[]): SortedOut {
  const toolPolicies: CompiledToolPolicy[] = [];
  const agentPolicies: CompiledAgentPolicy[] = [];
  const mcpRegistries: RegistryContribution[] = [];
  const overrides: AgentContribution[] = [];
  for (const { contribution } of inForce) {
    if (contribution.kind === 'ToolPolicy') toolPolicies.push(contribution.policy);
    if (contribution.kind === 'AgentPolicy') agentPolicies.push(contribution.policy);
    if (contribution.kind === 'ToolRegistry' && contribution.speaksMcp) mcpRegistries.push(contribution);
    if (contribution.kind === 'AgentRuntime') overrides.push(contribution);
  }
  toolPolicies.sort(byNamespaceAndName);
  agentPolicies.sort(byNamespaceAndName);
  return { toolPolicies, agentPolicies, mcpRegistries, overrides };
}
