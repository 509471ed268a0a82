import {
  brokenAgentPolicy,
  compileAgentPolicy,
  type CompiledAgentPolicy,
} from './agent/compile-agent-policy.js';
import type { PolicyDocument } from './document.js';
import type { Problem } from './resources/problem.js';
import { parseResource, type Resource } from './resources/resource.js';
import { salvage, type Salvage } from './resources/salvage.js';
import { brokenToolPolicy, compileToolPolicy, type CompiledToolPolicy } from './tool/compile-tool-policy.js';

/** What one document contributes to the decisions. */
export type Contribution =
  | { readonly kind: 'ToolPolicy'; readonly policy: CompiledToolPolicy }
  | { readonly kind: 'AgentPolicy'; readonly policy: CompiledAgentPolicy }
  | { readonly kind: 'ToolRegistry'; readonly speaksMcp: boolean }
  | { readonly kind: 'None' };

export interface CompiledDocument {
  readonly document: PolicyDocument;
  readonly key: string;
  readonly found: Salvage;
  readonly contribution: Contribution;
  readonly problems: readonly Problem[];
}

/** Parse, check and compile one document; with problems, its contribution is an evaluation failure. */
export function compileDocument(document: PolicyDocument, key: string): CompiledDocument {
  const found = salvage(document.value);
  const compiled = contribute(document.value);
  if ('contribution' in compiled) {
    return { document, key, found, contribution: compiled.contribution, problems: [] };
  }
  return { document, key, found, contribution: brokenContribution(found), problems: compiled.problems };
}

/** `kind/namespace/name`; the origin where these can't be read. */
export function documentKey(document: PolicyDocument): string {
  const { kind, namespace, name } = salvage(document.value);
  return kind !== '' && name !== '' ? `${kind}/${namespace}/${name}` : document.origin;
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
      return { contribution: { kind: 'ToolRegistry', speaksMcp: resource.speaksMcp } };
    case 'Other':
      return { contribution: { kind: 'None' } };
  }
}

function brokenContribution(found: Salvage): Contribution {
  if (found.kind === 'ToolPolicy') return { kind: 'ToolPolicy', policy: brokenToolPolicy(found) };
  if (found.kind === 'AgentPolicy') return { kind: 'AgentPolicy', policy: brokenAgentPolicy(found) };
  return { kind: 'None' };
}
