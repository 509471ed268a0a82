import { compileDocument, documentKey, type CompiledDocument } from './compile-document.js';
import type { PolicyDocument } from './document.js';
import { byNamespaceAndName, indexAgentPolicies, indexToolPolicies } from './index-policies.js';
import { meshNeeds } from './mesh-needs.js';
import type { PolicyEntry, PolicySet } from './policy-set.js';
import type { Problem } from './resources/problem.js';

export interface CompileOptions {
  readonly revision: string;
  /** The set that is in force: its good versions stand in for documents that broke, its unchanged ones are reused. */
  readonly previous?: PolicySet;
}

/**
 * Compiles a complete load into one immutable set. Never throws for what an author wrote: a document with problems
 * keeps its last good version, or else counts as an evaluation failure for the calls that it selects (design 4.7).
 */
export function compilePolicySet(documents: readonly PolicyDocument[], options: CompileOptions): PolicySet {
  const { previous } = options;
  const fresh = documents.map((document) => reuse(document, previous) ?? compileDocument(document));
  const defined = new Map<string, CompiledDocument>();
  for (const candidate of fresh) if (!defined.has(candidate.key)) defined.set(candidate.key, candidate);
  const compiled = new Map<string, CompiledDocument>();
  const entries = fresh.map((candidate) => {
    const first = defined.get(candidate.key);
    if (first && first !== candidate) {
      return entryOf(candidate, 'nothing', [...candidate.problems, duplicateOf(first)]);
    }
    const good = candidate.problems.length === 0 ? candidate : lastGood(candidate, { previous, defined });
    const effective = good ?? candidate;
    compiled.set(effective.key, effective);
    return entryOf(candidate, enforcement(candidate, good), candidate.problems);
  });
  return indexed(options.revision, entries, compiled);
}

function indexed(
  revision: string,
  entries: readonly PolicyEntry[],
  compiled: ReadonlyMap<string, CompiledDocument>,
): PolicySet {
  const contributions = [...compiled.values()].map(({ contribution }) => contribution);
  const toolPolicies = contributions
    .flatMap((contribution) => (contribution.kind === 'ToolPolicy' ? contribution.policy : []))
    .sort(byNamespaceAndName);
  const agentPolicies = contributions
    .flatMap((contribution) => (contribution.kind === 'AgentPolicy' ? contribution.policy : []))
    .sort(byNamespaceAndName);
  const speaksMcp = contributions.some(
    (contribution) => contribution.kind === 'ToolRegistry' && contribution.speaksMcp,
  );
  return {
    revision,
    entries,
    documents: [...compiled.values()].map(({ document }) => document),
    needs: meshNeeds({ toolPolicies, agentPolicies, speaksMcp }),
    ...indexToolPolicies(toolPolicies),
    agentPolicies: indexAgentPolicies(agentPolicies),
    compiled,
  };
}

function reuse(document: PolicyDocument, previous: PolicySet | undefined): CompiledDocument | undefined {
  const known = previous?.compiled.get(documentKey(document));
  if (!known || JSON.stringify(known.document.value) !== JSON.stringify(document.value)) return undefined;
  return { ...known, document };
}

/**
 * The version that was in force before the document broke: the one of the same name, or, where the edit broke the
 * name or the kind itself, the one that stood at the same place and is not defined elsewhere now.
 */
function lastGood(
  broken: CompiledDocument,
  load: { previous: PolicySet | undefined; defined: ReadonlyMap<string, CompiledDocument> },
): CompiledDocument | undefined {
  const known = load.previous?.compiled;
  const sameName = known?.get(broken.key);
  if (sameName?.problems.length === 0) return sameName;
  return [...(known?.values() ?? [])].find(
    (candidate) =>
      candidate.document.origin === broken.document.origin &&
      candidate.problems.length === 0 &&
      !load.defined.has(candidate.key),
  );
}

function enforcement(fresh: CompiledDocument, good: CompiledDocument | undefined): PolicyEntry['enforced'] {
  if (good === fresh) return 'current';
  if (good) return 'last-good';
  return fresh.contribution.kind === 'None' ? 'nothing' : 'failure';
}

function entryOf(
  { document, found, contribution }: CompiledDocument,
  enforced: PolicyEntry['enforced'],
  problems: readonly Problem[],
): PolicyEntry {
  return {
    origin: document.origin,
    kind: found.kind,
    namespace: found.namespace,
    name: found.name,
    phase: problems.length === 0 ? 'Active' : 'Error',
    enforced,
    mode: found.mode,
    ruleCount: contribution.kind === 'ToolPolicy' ? contribution.policy.rules.length : 0,
    problems,
  };
}

function duplicateOf(first: CompiledDocument): Problem {
  return {
    path: 'metadata.name',
    code: 'duplicate',
    message: `${first.key} is already defined by ${first.document.origin}; give this one another name`,
  };
}
