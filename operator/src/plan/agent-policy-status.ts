import { refText } from '@omnia-policy/kube';
import type { CompiledAgentPolicy, PolicyEntry } from '@omnia-policy/policy';
import type { Agent, Policy } from '../model/objects.js';
import type { World } from '../model/world.js';
import { accessFindings } from './access-findings.js';
import { agentProxies, isInMesh } from './agent-proxies.js';
import { claimsAttachment } from './attachment-findings.js';
import { condition, countText, effective, listText, type Said } from './condition.js';
import type { ApplyOutcome, Condition } from './plan.js';
import { problemsText } from './policy-entry.js';
import { selectedAgents } from './selected-agents.js';
import type { PlanSettings } from './settings.js';
import { workloadsOfNamespace } from './tool-workload.js';
import { trustedPeers } from './trusted-peers.js';

export interface AgentPolicyOptions {
  readonly settings: PlanSettings;
  /** What became of the objects of this plan, for the status. */
  readonly outcome: ApplyOutcome;
}

export interface CompiledObject {
  readonly object: Policy;
  readonly entry: PolicyEntry;
  /** What is enforced: this version, or a former one. */
  readonly policy: CompiledAgentPolicy | undefined;
  /** Whether some AuthorizationPolicy is made from it. */
  readonly emits: boolean;
}

/** Status of an AgentPolicy. */
export function agentPolicyStatus(
  world: World,
  compiled: CompiledObject,
  options: AgentPolicyOptions,
): Readonly<Record<string, unknown>> {
  const { policy, object } = compiled;
  const agents = policy === undefined ? [] : selectedAgents(world, policy);
  const ready = readyCondition(world, { ...compiled, agents }, options);
  const conditions: Condition[] = [condition(ready, object.generation)];
  if (policy?.access) {
    conditions.push(effectiveCondition(world, { policy, agents, object }, options));
  }
  if (policy && policy.forwardClaims.length > 0) {
    conditions.push(condition(claimsCondition(world, { policy, agents }, options), object.generation));
  }
  return {
    phase: isError(ready, policy) ? 'Error' : 'Active',
    matchedAgents: agents.length,
    observedGeneration: object.generation,
    conditions,
  };
}

type Ready = Said<'Ready'>;

/** A mesh without Istio is an error only for those who want calls refused when policies can't be enforced. */
function isError({ reason }: Ready, policy: CompiledAgentPolicy | undefined): boolean {
  if (reason === 'IstioNotInstalled') return policy?.onFailure !== 'allow';
  return reason === 'PolicyInvalid' || reason === 'NameClash' || reason === 'Refused';
}

interface Applied extends CompiledObject {
  readonly agents: readonly Agent[];
}

function readyCondition(world: World, applied: Applied, { outcome }: AgentPolicyOptions): Ready {
  const { entry, agents } = applied;
  const failed = { type: 'Ready', status: 'False' } as const;
  if (entry.phase === 'Error') return { ...failed, reason: 'PolicyInvalid', message: problemsText(entry) };
  if (outcome.kind === 'istio-missing' || !world.knowsIstio) {
    const missing = outcome.kind === 'istio-missing' ? outcome.resource : 'AuthorizationPolicy';
    const message = `the API server knows no ${missing}: install Istio; calls are decided by ext-authz alone, where a proxy asks it`;
    return { ...failed, reason: 'IstioNotInstalled', message };
  }
  if (outcome.kind === 'name-clash') {
    const message = `${outcome.object} is there and belongs to somebody else: remove or rename it, or rename this policy`;
    return { ...failed, reason: 'NameClash', message };
  }
  if (outcome.kind === 'refused') {
    return { ...failed, reason: 'Refused', message: `${outcome.object} was refused: ${outcome.message}` };
  }
  if (agents.length === 0) {
    const message = `no AgentRuntime of namespace ${entry.namespace} matches spec.selector.agents; the policy holds as soon as one does`;
    return { ...failed, reason: 'NoAgentsMatched', message };
  }
  if (outcome.kind === 'pending') {
    return {
      type: 'Ready',
      status: 'Unknown',
      reason: 'Applying',
      message: 'the Istio objects are not stored yet',
    };
  }
  return { type: 'Ready', status: 'True', reason: 'PolicyApplied', message: appliedText(applied) };
}

function appliedText({ policy, emits }: Applied): string {
  if (emits) return 'Istio AuthorizationPolicy created';
  if (policy?.access === undefined) return 'No toolAccess: no Istio AuthorizationPolicy needed';
  return 'No tool workload of the cluster needs an Istio AuthorizationPolicy; see condition Effective';
}

interface Effect {
  readonly policy: CompiledAgentPolicy;
  readonly agents: readonly Agent[];
  readonly object: Policy;
}

function effectiveCondition(
  world: World,
  effect: Effect,
  { settings, outcome }: AgentPolicyOptions,
): Condition {
  const { policy, agents, object } = effect;
  if (outcome.kind === 'istio-missing' || !world.knowsIstio) {
    const message = 'without Istio no proxy asks about calls';
    return condition(
      { type: 'Effective', status: 'False', reason: 'IstioNotInstalled', message },
      object.generation,
    );
  }
  const workloads = workloadsOfNamespace(world, policy.ref.namespace);
  const done =
    policy.mode === 'permissive'
      ? 'log what the policy forbids, and let it pass'
      : 'refuse what the policy forbids';
  const message = `the proxies of ${countText(workloads.length, 'tool workload')} ${done}`;
  const findings = accessFindings(world, { policy, agents }, settings);
  return condition(effective(findings, message), object.generation);
}

function claimsCondition(
  world: World,
  { policy, agents }: Pick<Effect, 'policy' | 'agents'>,
  { settings }: AgentPolicyOptions,
): Said<'ClaimsVerified'> {
  const failed = { type: 'ClaimsVerified', status: 'False' } as const;
  const { namespace } = policy.ref;
  const without = agents.filter(({ oidc }) => oidc === undefined && settings.defaultIssuer === undefined);
  if (without.length > 0) {
    const names = listText(without.map(({ ref }) => ref.name));
    const mend = 'set spec.externalAuth.oidc.issuer of the AgentRuntime, or a default issuer of the operator';
    const message = `nobody verifies the tokens of users of agent ${names}, so no claims travel: ${mend}`;
    return { ...failed, reason: 'NoIssuer', message };
  }
  const bare = agentProxies(world, namespace, agents).filter(({ proxy }) => !isInMesh(proxy));
  if (bare.length > 0) {
    const names = listText(bare.map(({ agent }) => agent.ref.name));
    const message = `no proxy stands in front of agent ${names}, so no claims travel: add sidecars or a waypoint`;
    return { ...failed, reason: 'NoAgentProxy', message };
  }
  const unattached = claimsAttachment(world, namespace, agents);
  if (unattached !== undefined) return unattached;
  const full = workloadsOfNamespace(world, namespace).find(
    (workload) => trustedPeers(world, workload, settings).leftOut > 0,
  );
  if (full !== undefined) {
    const { leftOut } = trustedPeers(world, full, settings);
    const message = `tool workload ${refText(full.ref)} takes claims from no more agents: ${String(leftOut)} of those that may call it are left out`;
    return { ...failed, reason: 'TooManyAgents', message };
  }
  const message = 'claims of verified tokens travel with the calls of the agents';
  return { type: 'ClaimsVerified', status: 'True', reason: 'IssuersKnown', message };
}
