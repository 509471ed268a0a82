import type { CompiledAgentPolicy } from '@omnia-policy/policy';
import type { World } from '../model/world.js';
import { distinctTexts } from './order.js';

/**
 * The other policies that leave an agent no tool together with this one: allowlists that share none, or denylists of all
 * that is allowed. Empty when some tool is left, and where one policy alone is the reason.
 */
export function conflictingPolicies(
  world: World,
  policy: CompiledAgentPolicy,
  agent: string,
): readonly string[] {
  const { namespace } = policy.ref;
  const enforced = world.policySet
    .agentPolicies(namespace, agent)
    .filter(({ access, mode, broken }) => access !== undefined && mode === 'enforce' && !broken);
  const others = enforced.filter(({ ref }) => ref.name !== policy.ref.name);
  if (policy.access === undefined || policy.mode !== 'enforce' || others.length === 0) return [];
  const allowed = enforced.filter(({ access }) => access?.mode === 'allowlist').map(toolsOf);
  const [first, ...rest] = allowed;
  if (first === undefined) return [];
  const denied = enforced.filter(({ access }) => access?.mode === 'denylist').map(toolsOf);
  const left = [...first].filter(
    (tool) => rest.every((tools) => tools.has(tool)) && !denied.some((tools) => tools.has(tool)),
  );
  return left.length > 0 ? [] : distinctTexts(others.map(({ ref }) => ref.name));
}

const known = new WeakMap<CompiledAgentPolicy, ReadonlySet<string>>();

/** `registry` and `tool`, with a blank between, which no name has. */
function toolsOf(policy: CompiledAgentPolicy): ReadonlySet<string> {
  let tools = known.get(policy);
  if (tools === undefined) {
    tools = listTools(policy);
    known.set(policy, tools);
  }
  return tools;
}

function listTools({ access }: CompiledAgentPolicy): ReadonlySet<string> {
  const pairs = [...(access?.tools ?? [])].flatMap(([registry, tools]) =>
    [...tools].map((tool) => `${registry} ${tool}`),
  );
  return new Set(pairs);
}
