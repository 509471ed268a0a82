import type { KubeObject, ObjectRef } from '@omnia-policy/kube';
import type { World } from '../model/world.js';
import { distinctTexts } from '../plan/order.js';
import { planAgent } from '../plan/plan-agent.js';
import { planAgentNamespace } from '../plan/plan-agent-namespace.js';
import { planAgentPolicy } from '../plan/plan-agent-policy.js';
import { planAgentRuntime } from '../plan/plan-agent-runtime.js';
import { planPrivacyPolicy } from '../plan/plan-privacy-policy.js';
import { planToolPolicy } from '../plan/plan-tool-policy.js';
import { planToolWorkload } from '../plan/plan-tool-workload.js';
import { planWorkspace } from '../plan/plan-workspace.js';
import type { ApplyOutcome, Plan } from '../plan/plan.js';
import type { PlanSettings } from '../plan/settings.js';
import { toolWorkloads } from '../plan/tool-workload.js';

/** The plans of all keys, where applying the objects of AgentPolicies comes to this. */
export function planEverything(world: World, settings: PlanSettings, outcome: ApplyOutcome): readonly Plan[] {
  const each = (
    items: readonly { readonly ref: ObjectRef }[],
    plan: (ref: ObjectRef) => Plan | undefined,
  ): Plan[] => items.flatMap(({ ref }) => plan(ref) ?? []);
  const namespaces = distinctTexts(world.agents.all().map(({ ref }) => ref.namespace));
  return [
    ...each(world.agentPolicies.all(), (ref) => planAgentPolicy(world, ref, { settings, outcome })),
    ...each(toolWorkloads(world), (ref) => planToolWorkload(world, ref, settings)),
    ...namespaces.map((namespace) => planAgentNamespace(world, namespace, settings)),
    ...each(world.agents.all(), (ref) => planAgent(world, ref)),
    ...each(world.toolPolicies.all(), (ref) => planToolPolicy(world, ref, settings)),
    ...each(world.privacyPolicies.all(), (ref) => planPrivacyPolicy(world, ref)),
    ...each(world.workspaces.all(), (ref) => planWorkspace(world, ref, settings)),
    ...each(world.agents.all(), (ref) => planAgentRuntime(world, ref, settings)),
  ];
}

/** Every object of the plans as the API server would be sent it, then every status as an object with nothing else. */
export function documentsOf(plans: readonly Plan[]): readonly KubeObject[] {
  const statuses = plans.flatMap(({ status }) => status ?? []);
  return [
    ...plans.flatMap(({ objects }) => objects.map(({ object }) => object)),
    ...statuses.map(({ kind: { apiVersion, kind }, ref, status }) => ({
      apiVersion,
      kind,
      metadata: { ...(ref.namespace === '' ? {} : { namespace: ref.namespace }), name: ref.name },
      status,
    })),
  ];
}
