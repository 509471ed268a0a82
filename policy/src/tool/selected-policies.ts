import type { Decision, PolicyRef } from '../decision.js';
import type { CompiledToolPolicy } from './compile-tool-policy.js';

/** What the policies that a call meets say about it together, whatever its content. */
export interface SelectedPolicies {
  readonly refs: readonly PolicyRef[];
  readonly removeHeaders: readonly string[];
  readonly audit: Decision['audit'];
}

const known = new WeakMap<readonly CompiledToolPolicy[], SelectedPolicies>();

/** Worked out once for each list: a policy set gives the same list to every call of a tool. */
export function selectedPolicies(policies: readonly CompiledToolPolicy[]): SelectedPolicies {
  let selected = known.get(policies);
  if (selected === undefined) {
    selected = {
      refs: policies.map(({ ref }) => ref),
      removeHeaders: [...new Set(policies.flatMap(({ injectedHeaders }) => injectedHeaders))],
      audit: {
        logDecisions: policies.some(({ audit }) => audit.logDecisions),
        redactFields: policies.flatMap(({ audit }) => audit.redactFields),
      },
    };
    known.set(policies, selected);
  }
  return selected;
}
