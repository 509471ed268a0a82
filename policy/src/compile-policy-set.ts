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
 * Compiles a complete load into one immutable set. What an author wrote never makes it throw: a document with problems
 * keeps its last good version, or else counts as an evaluation failure for the calls that it selects.
 */
export function compilePolicySet(documents: readonly PolicyDocument[], options: CompileOptions): PolicySet {
  const { previous } = options;
  const load = withKeys(documents);
  const before = lastGoodVersions(previous, new Set(load.map(({ key }) => key)));
  const compiled = new Map<string, CompiledDocument>();
  const entries = load.map(({ document, key, duplicateOf }) => {
    const fresh = reuse(document, key, previous) ?? compileDocument(document, key);
    const { enforced, documents: effective } = standIn(fresh, before);
    for (const one of effective) compiled.set(one.key, one);
    const problems = duplicateOf === undefined ? fresh.problems : [...fresh.problems, duplicate(duplicateOf)];
    return entryOf(fresh, { enforced, problems, shown: effective[0] ?? fresh });
  });
  return indexed(options.revision, entries, compiled);
}

interface KeyedDocument {
  readonly document: PolicyDocument;
  readonly key: string;
  /** Origin of the first document of this name. Both are enforced: which one was meant is not ours to guess. */
  readonly duplicateOf?: string;
}

function withKeys(documents: readonly PolicyDocument[]): KeyedDocument[] {
  const origins = new Map<string, string>();
  return documents.map((document) => {
    const key = documentKey(document);
    const duplicateOf = origins.get(key);
    if (duplicateOf !== undefined) return { document, key: `${key} (${document.origin})`, duplicateOf };
    origins.set(key, document.origin);
    return { document, key };
  });
}

function reuse(
  document: PolicyDocument,
  key: string,
  previous: PolicySet | undefined,
): CompiledDocument | undefined {
  const known = previous?.compiled.get(key);
  if (!known || JSON.stringify(known.document.value) !== JSON.stringify(document.value)) return undefined;
  return { ...known, document };
}

interface LastGood {
  readonly byKey: ReadonlyMap<string, CompiledDocument>;
  /** Those that this load defines nowhere: what stood at a place before its name was broken or changed. */
  readonly byOrigin: ReadonlyMap<string, CompiledDocument>;
}

function lastGoodVersions(previous: PolicySet | undefined, defined: ReadonlySet<string>): LastGood {
  const good = [...(previous?.compiled.values() ?? [])].filter(({ problems }) => problems.length === 0);
  const gone = good.filter(({ key }) => !defined.has(key));
  return {
    byKey: new Map(good.map((one) => [one.key, one])),
    byOrigin: new Map(gone.map((one) => [one.document.origin, one])),
  };
}

interface StandIn {
  readonly enforced: PolicyEntry['enforced'];
  readonly documents: readonly CompiledDocument[];
}

/**
 * What is enforced for a document: itself if it is good, else its last good version. Where the edit broke or changed
 * the name, that is the version that stood at the same place, and a new name that is known counts as a failure besides.
 */
function standIn(fresh: CompiledDocument, before: LastGood): StandIn {
  if (fresh.problems.length === 0) return { enforced: 'current', documents: [fresh] };
  const sameName = before.byKey.get(fresh.key);
  if (sameName) return { enforced: 'last-good', documents: [sameName] };
  const failing = fresh.contribution.kind === 'None' ? 'nothing' : 'failure';
  const samePlace = before.byOrigin.get(fresh.document.origin);
  if (!samePlace) return { enforced: failing, documents: [fresh] };
  return fresh.found.name === ''
    ? { enforced: 'last-good', documents: [samePlace] }
    : { enforced: failing, documents: [fresh, samePlace] };
}

function entryOf(
  { document, found }: CompiledDocument,
  state: {
    readonly enforced: PolicyEntry['enforced'];
    readonly problems: readonly Problem[];
    readonly shown: CompiledDocument;
  },
): PolicyEntry {
  const { contribution } = state.shown;
  const isPolicy = contribution.kind === 'ToolPolicy' || contribution.kind === 'AgentPolicy';
  return {
    origin: document.origin,
    kind: found.kind,
    namespace: found.namespace,
    name: found.name,
    phase: state.problems.length === 0 ? 'Active' : 'Error',
    enforced: state.enforced,
    mode: isPolicy ? contribution.policy.mode : '',
    ruleCount: contribution.kind === 'ToolPolicy' ? contribution.policy.rules.length : 0,
    problems: state.problems,
  };
}

function duplicate(origin: string): Problem {
  return {
    path: 'metadata.name',
    code: 'duplicate',
    message: `${origin} defines a policy of this name too; both are enforced until one gets another name`,
  };
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
  const mcpRegistries = new Set(
    [...compiled.values()].flatMap(({ contribution, found }) =>
      contribution.kind === 'ToolRegistry' && contribution.speaksMcp
        ? `${found.namespace}/${found.name}`
        : [],
    ),
  );
  return {
    revision,
    entries,
    documents: [...compiled.values()].map(({ document }) => document),
    needs: meshNeeds({ toolPolicies, agentPolicies, speaksMcp: mcpRegistries.size > 0 }),
    ...indexToolPolicies(toolPolicies),
    agentPolicies: indexAgentPolicies(agentPolicies),
    speaksMcp: (namespace, registry) => mcpRegistries.has(`${namespace}/${registry}`),
    compiled,
  };
}
