import type { CompiledAgentPolicy } from './agent/compile-agent-policy.js';
import type { CompiledDocument } from './compile-document.js';
import { fileOf } from './document.js';
import type { EnforcedFile, Enforcement } from './enforcement.js';
import type { PolicyEntry } from './policy-set.js';
import type { Problem } from './resources/problem.js';

/**
 * What became of every document of a load, and of those that stay in force though their file has no such document.
 *
 * @param leftOut policies whose claims can not travel
 */
export function policyEntries(
  files: readonly EnforcedFile[],
  leftOut: readonly CompiledAgentPolicy[],
): PolicyEntry[] {
  const origins = new Map<string, string>();
  const entries = files.flatMap(({ file, documents, unnamed }) => [
    ...documents.map((one) => documentEntry(one, origins)),
    ...unnamed.map((one) => keptEntry(file, one)),
  ]);
  const names = new Set(leftOut.map(({ ref }) => nameKey(ref)));
  return names.size === 0
    ? entries
    : entries.map((entry) => (names.has(nameKey(entry)) ? withoutClaims(entry) : entry));
}

function nameKey({ kind, namespace, name }: Pick<PolicyEntry, 'kind' | 'namespace' | 'name'>): string {
  return `${kind} ${namespace}/${name}`;
}

function withoutClaims(entry: PolicyEntry): PolicyEntry {
  const problem: Problem = {
    path: 'spec.claimMapping',
    code: 'out-of-bounds',
    message:
      'the claims of this policy do not travel: with those of the policies before it (by namespace, then name) they are ' +
      'more than 4,096 different headers, 10,000 policies or 1 MB',
  };
  return { ...entry, phase: 'Error', problems: [...entry.problems, problem] };
}

/** @param origins of the first document of each name; this one's is added */
function documentEntry(
  { document, enforced, shown }: Enforcement,
  origins: Map<string, string>,
): PolicyEntry {
  const { key } = document.found;
  const { origin } = document.document;
  const first = key === '' ? undefined : origins.get(key);
  if (first === undefined) origins.set(key, origin);
  if (first === undefined && enforced === 'current') return currentEntry(document);
  return entryOf({ document, enforced, shown }, first);
}

const currentEntries = new WeakMap<CompiledDocument, PolicyEntry>();

/** Of a document that is the only one of its name and enforced itself: the same entry for as long as it is. */
function currentEntry(document: CompiledDocument): PolicyEntry {
  let entry = currentEntries.get(document);
  if (entry === undefined) {
    entry = entryOf({ document, enforced: 'current', shown: document }, undefined);
    currentEntries.set(document, entry);
  }
  return entry;
}

/** @param first origin of an earlier document of this name */
function entryOf({ document, enforced, shown }: Enforcement, first: string | undefined): PolicyEntry {
  const { origin } = document.document;
  const problems = first === undefined ? document.problems : [...document.problems, duplicate(first)];
  return {
    origin,
    ...nameOf(document),
    phase: problems.length === 0 ? 'Active' : 'Error',
    enforced,
    ...generationsOf(document, enforced === 'current' || shown !== document ? shown : undefined),
    ...modeOf(shown),
    problems,
  };
}

/** Its former place in the file may hold another document now, so the entry stands for the file. */
function keptEntry(file: string, kept: CompiledDocument): PolicyEntry {
  return {
    origin: file,
    ...nameOf(kept),
    phase: 'Error',
    enforced: 'last-good',
    ...generationsOf(undefined, kept),
    ...modeOf(kept),
    problems: [notRemoved(kept)],
  };
}

function nameOf({ found }: CompiledDocument): Pick<PolicyEntry, 'kind' | 'namespace' | 'name'> {
  return { kind: found.kind, namespace: found.namespace, name: found.name };
}

/** @param deciding the version in force, if it is known which one that is */
function generationsOf(
  document: CompiledDocument | undefined,
  deciding: CompiledDocument | undefined,
): Pick<PolicyEntry, 'generation' | 'enforcedGeneration'> {
  const generation = document?.found.generation;
  const enforcedGeneration = deciding?.found.generation;
  return {
    ...(generation !== undefined && { generation }),
    ...(enforcedGeneration !== undefined && { enforcedGeneration }),
  };
}

function modeOf({ contribution }: CompiledDocument): Pick<PolicyEntry, 'mode' | 'ruleCount'> {
  const isPolicy = contribution.kind === 'ToolPolicy' || contribution.kind === 'AgentPolicy';
  return {
    mode: isPolicy ? contribution.policy.mode : '',
    ruleCount: contribution.kind === 'ToolPolicy' ? contribution.policy.rules.length : 0,
  };
}

function duplicate(origin: string): Problem {
  return {
    path: 'metadata.name',
    code: 'duplicate',
    message: `${origin} defines a policy of this name too; both are enforced until one gets another name`,
  };
}

function notRemoved({ document, found: { kind, namespace, name } }: CompiledDocument): Problem {
  return {
    path: '',
    code: 'not-removed',
    message:
      `${kind} ${namespace}/${name} (${fileOf(document.origin)}) is no longer found here but stays in force: a document with ` +
      'problems may be a version of it. It is let go when no document here has problems',
  };
}
