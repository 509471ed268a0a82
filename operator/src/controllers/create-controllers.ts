import type { ObjectRef } from '@omnia-policy/kube';
import type { Identified } from '../model/objects.js';
import type { Lookup, World } from '../model/world.js';
import { planAgent } from '../plan/plan-agent.js';
import { planAgentNamespace } from '../plan/plan-agent-namespace.js';
import { planAgentRuntime } from '../plan/plan-agent-runtime.js';
import { planAgentPolicy } from '../plan/plan-agent-policy.js';
import { planPrivacyPolicy } from '../plan/plan-privacy-policy.js';
import { planToolPolicy } from '../plan/plan-tool-policy.js';
import { planToolWorkload } from '../plan/plan-tool-workload.js';
import { planWorkspace } from '../plan/plan-workspace.js';
import type { PlanSettings } from '../plan/settings.js';
import type { Controller } from './controller.js';
import type { KeyKind } from './key.js';

/** Each kind of key with its plan. */
export function createControllers(settings: PlanSettings): Readonly<Record<KeyKind, Controller>> {
  return {
    AgentPolicy: {
      plan: (world, ref, outcome) => planAgentPolicy(world, ref, { settings, outcome }),
      stored: objectIn((world) => world.agentPolicies),
    },
    ToolWorkload: { plan: (world, ref) => planToolWorkload(world, ref, settings), stored: none },
    AgentNamespace: {
      plan: (world, { name }) => planAgentNamespace(world, name, settings),
      stored: none,
    },
    Agent: {
      plan: (world, ref) => ({ ...planAgentRuntime(world, ref, settings), ...planAgent(world, ref) }),
      stored: objectIn((world) => world.agents),
    },
    ToolPolicy: {
      plan: (world, ref) => planToolPolicy(world, ref, settings),
      stored: objectIn((world) => world.toolPolicies),
    },
    PrivacyPolicy: {
      plan: planPrivacyPolicy,
      stored: objectIn((world) => world.privacyPolicies),
    },
    Workspace: {
      plan: (world, ref) => planWorkspace(world, ref, settings),
      stored: objectIn((world) => world.workspaces),
    },
  };
}

function objectIn(
  lookup: (world: World) => Lookup<Identified>,
): (world: World, ref: ObjectRef) => Identified | undefined {
  return (world, ref) => lookup(world).get(ref);
}

function none(): undefined {
  return undefined;
}
