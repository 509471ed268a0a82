import { AGENT_RUNTIMES, type ObjectRef } from '@omnia-policy/kube';
import type { Agent } from '../model/objects.js';
import type { World } from '../model/world.js';
import { condition, type Said } from './condition.js';
import type { Plan } from './plan.js';
import { privacyFault, resolvedPrivacy } from './resolved-privacy.js';
import type { PlanSettings } from './settings.js';

type Resolved = Said<'PrivacyPolicyResolved'>;

const TYPE = 'PrivacyPolicyResolved';

/** An AgentRuntime's condition. Depends on it, on the Workspaces of its namespace, and on the SessionPrivacyPolicies there. */
export function planAgentRuntime(world: World, ref: ObjectRef, settings: PlanSettings): Plan {
  const agent = world.agents.get(ref);
  if (agent === undefined) return { objects: [] };
  const conditions = [condition(resolvedCondition(world, agent, settings), agent.generation)];
  return { objects: [], status: { kind: AGENT_RUNTIMES, ref, status: { conditions } } };
}

function resolvedCondition(world: World, agent: Agent, settings: PlanSettings): Resolved {
  const { namespace } = agent.ref;
  const name = agent.privacyPolicy;
  const answer = resolvedPrivacy(world, { namespace, agent }, settings);
  const fault = privacyFault(answer);
  if (fault !== undefined) {
    const isOwn = name !== undefined && fault.reason === 'PolicyNotFound';
    const message = isOwn ? `privacyPolicyRef "${name}" not found: ${fault.message}` : fault.message;
    return { type: TYPE, status: 'False', reason: fault.reason, message };
  }
  if (name !== undefined) {
    return {
      type: TYPE,
      status: 'True',
      reason: 'PolicyResolved',
      message: `using SessionPrivacyPolicy "${name}"`,
    };
  }
  const message = 'no privacyPolicyRef set; using workspace service group or global default';
  const none = answer.kind === 'none' ? '; there is neither: no policy applies' : '';
  return { type: TYPE, status: 'True', reason: 'WorkspaceDefault', message: `${message}${none}` };
}
