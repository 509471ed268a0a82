import { indexServiceAccounts } from './index-service-accounts.js';
import type { CompiledAgentPolicy } from './agent/compile-agent-policy.js';
import { claimMappings, claimMappingsByNamespace } from './claim-mappings.js';
import { compileDocument, type CompiledDocument } from './compile-document.js';
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
  const former: LoadedFiles = options.previous?.files ?? new Map();
  const files = keepFormer(compileFiles(documents, former), former);
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

/** By file. A text that the former load had is not compiled again. */
function compileFiles(
  documents: readonly PolicyDocument[],
  former: LoadedFiles,
): Map<string, CompiledDocument[]> {
  const known = new Map<string, CompiledDocument>();
  for (const one of former.values()) {
    for (const compiled of [...one.documents, ...one.kept]) known.set(compiled.text, compiled);
  }
  const files = new Map<string, CompiledDocument[]>();
  for (const document of documents) {
    const text = JSON.stringify(document.value);
    const same = known.get(text);
    const compiled = same ? { ...same, document } : compileDocument(document, text);
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
  const contributions = inForce.map(({ contribution }) => contribution);
  const toolPolicies = contributions
    .flatMap((contribution) => (contribution.kind === 'ToolPolicy' ? contribution.policy : []))
    .sort(byNamespaceAndName);
  const agentPolicies = contributions
    .flatMap((contribution) => (contribution.kind === 'AgentPolicy' ? contribution.policy : []))
    .sort(byNamespaceAndName);
  const mcpRegistries = contributions.flatMap((contribution) =>
    contribution.kind === 'ToolRegistry' && contribution.speaksMcp ? contribution : [],
  );
  const overrides = contributions.flatMap((one) => (one.kind === 'AgentRuntime' ? one : []));
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
