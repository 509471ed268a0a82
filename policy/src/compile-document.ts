import {
  brokenAgentPolicy,
  compileAgentPolicy,
  type CompiledAgentPolicy,
} from './agent/compile-agent-policy.js';
import type { PolicyDocument } from './document.js';
import { isResourceName } from './resources/metadata.js';
import type { Problem } from './resources/problem.js';
import { parseResource, type Resource } from './resources/resource.js';
import { salvage, type Salvage } from './resources/salvage.js';
import { brokenToolPolicy, compileToolPolicy, type CompiledToolPolicy } from './tool/compile-tool-policy.js';

/** What one document contributes to the decisions. */
export type Contribution =
  | { readonly kind: 'ToolPolicy'; readonly policy: CompiledToolPolicy }
  | { readonly kind: 'AgentPolicy'; readonly policy: CompiledAgentPolicy }
  | RegistryContribution
  | AgentContribution
  | { readonly kind: 'None' };

export interface RegistryContribution {
  readonly kind: 'ToolRegistry';
  /** Both are empty where they can't be read: every namespace, every registry. */
  readonly namespace: string;
  readonly name: string;
  readonly speaksMcp: boolean;
}

/** An agent that runs as another service account than the usual one. */
export interface AgentContribution {
  readonly kind: 'AgentRuntime';
  readonly namespace: string;
  readonly name: string;
  readonly serviceAccount: string;
}

export interface CompiledDocument {
  readonly document: PolicyDocument;
  /** The document's value as JSON: all that the rest depends on. */
  readonly text: string;
  readonly found: Salvage;
  readonly contribution: Contribution;
  readonly problems: readonly Problem[];
}

/** Parse, check and compile one document; with problems, its contribution is an evaluation failure. */
export function compileDocument(document: PolicyDocument, text: string): CompiledDocument {
  const found = salvage(document.value);
  const compiled = contribute(document.value);
  if ('contribution' in compiled) {
    return { document, text, found, contribution: compiled.contribution, problems: [] };
  }
  return { document, text, found, contribution: brokenContribution(found), problems: compiled.problems };
}

export function isGood({ problems }: CompiledDocument): boolean {
  return problems.length === 0;
}

/** Whether it may be a broken version of a former document: it has problems, and is not one of another API. */
export function mayBeFormer(document: CompiledDocument): boolean {
  return !isGood(document) && !document.found.isOfAnotherApi;
}

/** Those whose name can't be read are under the empty key. */
export function groupByKey(documents: readonly CompiledDocument[]): Map<string, CompiledDocument[]> {
  const groups = new Map<string, CompiledDocument[]>();
  for (const one of documents) {
    const group = groups.get(one.found.key);
    if (group) group.push(one);
    else groups.set(one.found.key, [one]);
  }
  return groups;
}

function contribute(value: unknown): { contribution: Contribution } | { problems: readonly Problem[] } {
  const parsed = parseResource(value);
  return parsed.ok ? compileResource(parsed.resource) : { problems: parsed.problems };
}

function compileResource(
  resource: Resource,
): { contribution: Contribution } | { problems: readonly Problem[] } {
  switch (resource.kind) {
    case 'ToolPolicy': {
      const compiled = compileToolPolicy(resource.metadata, resource.spec);
      return 'policy' in compiled
        ? { contribution: { kind: 'ToolPolicy', policy: compiled.policy } }
        : compiled;
    }
    case 'AgentPolicy':
      return {
        contribution: { kind: 'AgentPolicy', policy: compileAgentPolicy(resource.metadata, resource.spec) },
      };
    case 'ToolRegistry':
      return {
        contribution: { kind: 'ToolRegistry', ...resource.metadata, speaksMcp: resource.speaksMcp },
      };
    case 'AgentRuntime': {
      const { kind, metadata, serviceAccount } = resource;
      const isUsual = serviceAccount === undefined;
      return { contribution: isUsual ? { kind: 'None' } : { kind, ...metadata, serviceAccount } };
    }
    case 'SessionPrivacyPolicy':
    case 'Other':
      return { contribution: { kind: 'None' } };
  }
}

function brokenContribution(found: Salvage): Contribution {
  if (found.kind === 'ToolPolicy') return { kind: 'ToolPolicy', policy: brokenToolPolicy(found) };
  if (found.kind === 'AgentPolicy') return { kind: 'AgentPolicy', policy: brokenAgentPolicy(found) };
  if (found.kind === 'ToolRegistry') {
    const name = isResourceName(found.name) ? found.name : '';
    return { kind: 'ToolRegistry', namespace: found.namespace, name, speaksMcp: found.speaksMcp };
  }
  return { kind: 'None' };
}
