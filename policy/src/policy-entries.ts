import type { CompiledDocument } from './compile-document.js';
import { fileOf } from './document.js';
import type { EnforcedFile, Enforcement } from './enforcement.js';
import type { PolicyEntry } from './policy-set.js';
import type { Problem } from './resources/problem.js';

/** What became of every document of a load, and of those that stay in force though their file has no such document. */
export function policyEntries(files: readonly EnforcedFile[]): PolicyEntry[] {
  const origins = new Map<string, string>();
  return files.flatMap(({ file, documents, unnamed }) => [
    ...documents.map((one) => documentEntry(one, origins)),
    ...unnamed.map((one) => keptEntry(file, one)),
  ]);
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
  const problems = first === undefined ? document.problems : [...document.problems, duplicate(first)];
  return {
    origin,
    ...nameOf(document),
    phase: problems.length === 0 ? 'Active' : 'Error',
    enforced,
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
    ...modeOf(kept),
    problems: [notRemoved(kept)],
  };
}

function nameOf({ found }: CompiledDocument): Pick<PolicyEntry, 'kind' | 'namespace' | 'name'> {
  return { kind: found.kind, namespace: found.namespace, name: found.name };
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
      `${kind} ${namespace}/${name} (${fileOf(document)}) is no longer found here but stays in force: a document with ` +
      'problems may be a version of it. It is let go when no document here has problems',
  };
}
