import type { CompiledAgentPolicy } from '@omnia-policy/policy';
import { refText } from '@omnia-policy/kube';
import type { Agent } from '../model/objects.js';
import type { World } from '../model/world.js';
import { listText, type Finding } from './condition.js';
import { guardFindings, unservedText, type GuardReason } from './guarded-workload.js';
import { distinctTexts } from './order.js';
import { conflictingPolicies } from './remaining-tools.js';
import { agentsOfNamespace } from './selected-agents.js';
import type { PlanSettings } from './settings.js';
import { workloadsOfNamespace, type ToolWorkload } from './tool-workload.js';
import { hasUnknownPorts } from './workload-ports.js';

export type AccessReason =
  | GuardReason
  | 'NoAgentsMatched'
  | 'PortUnknown'
  | 'NoServiceForRegistry'
  | 'UnknownRegistry'
  | 'Conflict'
  | 'UnknownTool'
  | 'SharedServiceAccount';

const NO_AGENTS: Finding<AccessReason> = {
  reason: 'NoAgentsMatched',
  message: 'no AgentRuntime is selected',
};

interface Selected {
  readonly policy: CompiledAgentPolicy;
  readonly agents: readonly Agent[];
}

/** Why a policy's list of tools is not enforced as it stands, or not as its author is likely to have meant it. */
export function accessFindings(
  world: World,
  { policy, agents }: Selected,
  settings: PlanSettings,
): readonly Finding<AccessReason>[] {
  return [
    ...(agents.length > 0 ? [] : [NO_AGENTS]),
    ...reachedWorkloads(world, policy).flatMap((workload) => [
      ...guardFindings(world, workload, settings),
      ...unknownPorts(world, workload),
    ]),
    ...registryFindings(world, policy),
    ...conflictFindings(world, policy, agents),
    ...sharedAccounts(world, policy, agents),
  ];
}

/** An allowlist is about every workload that serves the namespace, a denylist about those of the registries it names. */
function reachedWorkloads(world: World, { ref, access }: CompiledAgentPolicy): readonly ToolWorkload[] {
  const all = workloadsOfNamespace(world, ref.namespace);
  if (access?.mode !== 'denylist') return all;
  return all.filter(({ registries }) =>
    registries.some(({ namespace, name }) => namespace === ref.namespace && access.tools.has(name)),
  );
}

function unknownPorts(world: World, workload: ToolWorkload): Finding<'PortUnknown'>[] {
  if (!hasUnknownPorts(world, workload)) return [];
  const message = `a named targetPort of tool workload ${refText(workload.ref)} is known of none of its pods yet`;
  return [
    { reason: 'PortUnknown', message: `${message}: until it is, ext-authz alone enforces the policy there` },
  ];
}

function registryFindings(world: World, { ref, access }: CompiledAgentPolicy): Finding<AccessReason>[] {
  return [...(access?.tools ?? [])].flatMap(([name, tools]): Finding<AccessReason>[] => {
    const registry = world.toolRegistries.get({ namespace: ref.namespace, name });
    if (registry === undefined) {
      const message = `there is no ToolRegistry "${name}" in namespace ${ref.namespace}`;
      return [{ reason: 'UnknownRegistry', message }];
    }
    const unserved = unservedText(world, registry.ref);
    const unknown = [...tools].filter((tool) => registry.tools?.includes(tool) === false);
    return [
      ...(unserved === undefined ? [] : [{ reason: 'NoServiceForRegistry', message: unserved } as const]),
      ...(unknown.length === 0
        ? []
        : [
            {
              reason: 'UnknownTool',
              message: `registry "${name}" has no tool ${listText(unknown)}`,
            } as const,
          ]),
    ];
  });
}

function conflictFindings(
  world: World,
  policy: CompiledAgentPolicy,
  agents: readonly Agent[],
): Finding<'Conflict'>[] {
  const conflicts = agents
    .map(({ ref }) => ({ agent: ref.name, others: conflictingPolicies(world, policy, ref.name) }))
    .filter(({ others }) => others.length > 0);
  if (conflicts.length === 0) return [];
  const names = listText(conflicts.map(({ agent }) => agent));
  const others = listText(distinctTexts(conflicts.flatMap((conflict) => conflict.others)));
  const message = `with policy ${others} no tool is left to agent ${names}: a call must pass every policy of its agent`;
  return [{ reason: 'Conflict', message }];
}

/** The proxy knows a service account, not an agent. */
function sharedAccounts(
  world: World,
  { ref }: CompiledAgentPolicy,
  agents: readonly Agent[],
): Finding<'SharedServiceAccount'>[] {
  const selected = new Set(agents.map((agent) => agent.ref.name));
  const accounts = new Set(agents.map(({ serviceAccount }) => serviceAccount));
  const others = agentsOfNamespace(world, ref.namespace).filter(
    (agent) => !selected.has(agent.ref.name) && accounts.has(agent.serviceAccount),
  );
  if (others.length === 0) return [];
  const names = listText(others.map((agent) => agent.ref.name));
  const message = `agent ${names} runs as a service account of a selected one, so the policy holds for it too: give each agent its own`;
  return [{ reason: 'SharedServiceAccount', message }];
}
