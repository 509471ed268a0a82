import { TOOL_POLICIES, type ObjectRef } from '@omnia-policy/kube';
import type { CompiledToolPolicy, PolicyEntry } from '@omnia-policy/policy';
import type { Policy } from '../model/objects.js';
import type { World } from '../model/world.js';
import { agentsAttachment } from './attachment-findings.js';
import { condition, effective, findingsText, type Finding, type Said } from './condition.js';
import { enforcedCondition, enforcementOf, isLagging } from './enforcement-report.js';
import { guardFindings, unservedText, type GuardReason } from './guarded-workload.js';
import { distinctTexts } from './order.js';
import type { Condition, Plan } from './plan.js';
import { entryOf, problemsText, toolPolicyOf } from './policy-entry.js';
import type { PlanSettings } from './settings.js';
import { toolPolicyWarnings } from './tool-policy-warnings.js';
import { toolWorkloads } from './tool-workload.js';

/**
 * A ToolPolicy makes no objects of its own: ext-authz reads it. Depends on the ToolPolicy and its registry, on the Services,
 * Pods and other AuthorizationPolicies where that is served, on what became of the attachments there and of its agents, and
 * on the reports of the ext-authz replicas.
 *
 * @returns undefined while the policy set has another version of the object
 */
export function planToolPolicy(world: World, ref: ObjectRef, settings: PlanSettings): Plan | undefined {
  const object = world.toolPolicies.get(ref);
  if (object === undefined) return { objects: [] };
  const entry = entryOf(world, 'ToolPolicy', object);
  if (entry === undefined) return undefined;
  const policy = toolPolicyOf(world, ref);
  const enforcement = enforcementOf(world, object);
  const conditions: Condition[] = [
    condition(compiledCondition(entry), object.generation),
    condition(readyCondition(entry), object.generation),
    ...(entry.phase === 'Error' ? [] : [condition(checkedCondition(world, object), object.generation)]),
    ...(policy === undefined ? [] : [effectiveCondition(world, { policy, object }, settings)]),
    condition(enforcedCondition(object, enforcement, isLagging(world, object)), object.generation),
  ];
  const status = {
    phase: entry.phase,
    ruleCount: entry.phase === 'Error' ? 0 : entry.ruleCount,
    observedGeneration: object.generation,
    ...(enforcement.replicas === 0 ? {} : { enforcement }),
    conditions,
  };
  return { objects: [], status: { kind: TOOL_POLICIES, ref, status } };
}

function reasonOf({ problems }: PolicyEntry): 'CompileError' | 'PolicyInvalid' {
  return problems.some(({ code }) => code === 'invalid-cel') ? 'CompileError' : 'PolicyInvalid';
}

function compiledCondition(entry: PolicyEntry): Said<'Compiled'> {
  const { phase, ruleCount } = entry;
  if (phase === 'Error') {
    return { type: 'Compiled', status: 'False', reason: reasonOf(entry), message: problemsText(entry) };
  }
  const message = `all ${String(ruleCount)} rules compiled successfully`;
  return { type: 'Compiled', status: 'True', reason: 'PolicyCompiled', message };
}

function readyCondition(entry: PolicyEntry): Said<'Ready'> {
  if (entry.phase !== 'Error') {
    return { type: 'Ready', status: 'True', reason: 'PolicyValidated', message: 'policy is active' };
  }
  const reason = reasonOf(entry);
  const what = reason === 'CompileError' ? 'policy has CEL compilation errors' : 'policy is not valid';
  return { type: 'Ready', status: 'False', reason, message: `${what}; see condition Compiled` };
}

function checkedCondition(world: World, object: Policy): Said<'Checked'> {
  const warnings = toolPolicyWarnings(world, object.ref);
  const [first] = warnings;
  if (first === undefined) {
    return { type: 'Checked', status: 'True', reason: 'NoWarnings', message: 'nothing suspicious was found' };
  }
  return { type: 'Checked', status: 'False', reason: first.reason, message: findingsText(warnings) };
}

interface Effect {
  readonly policy: CompiledToolPolicy;
  readonly object: Policy;
}

function effectiveCondition(world: World, { policy, object }: Effect, settings: PlanSettings): Condition {
  const done = 'the proxies in front of its tools ask ext-authz about every call';
  return condition(effective(effectFindings(world, policy, settings), done), object.generation);
}

type EffectReason = GuardReason | 'IstioNotInstalled' | 'NoServiceForRegistry';

function effectFindings(
  world: World,
  { ref, registry }: CompiledToolPolicy,
  settings: PlanSettings,
): readonly Finding<EffectReason>[] {
  if (!world.knowsIstio) {
    return [{ reason: 'IstioNotInstalled', message: 'without Istio no proxy asks about calls' }];
  }
  if (registry === undefined) return [];
  const { namespace } = ref;
  const unserved = unservedText(world, { namespace, name: registry });
  if (unserved !== undefined) return [{ reason: 'NoServiceForRegistry', message: unserved }];
  const workloads = toolWorkloads(world).filter(({ registries }) =>
    registries.some((one) => one.name === registry && one.namespace === namespace),
  );
  // Its rules may read claims, which are worth something only where nobody but the agents' proxies writes them.
  const namespaces = workloads.flatMap(({ registries }) => registries.map((one) => one.namespace));
  return [
    ...workloads.flatMap((workload) => guardFindings(world, workload, settings)),
    ...distinctTexts(namespaces).flatMap((one) => agentsAttachment(world, one)),
  ];
}
