import { WORKSPACES, type ObjectRef } from '@omnia-policy/kube';
import type { Workspace } from '../model/objects.js';
import type { World } from '../model/world.js';
import { condition, type Said } from './condition.js';
import type { Plan } from './plan.js';
import { privacyFault, resolvedPrivacy } from './resolved-privacy.js';
import type { PlanSettings } from './settings.js';

type Resolved = Said<'PrivacyPolicyResolved'>;

const TYPE = 'PrivacyPolicyResolved';

/** A Workspace's condition. Depends on it, on Workspaces of the same namespace, and on the SessionPrivacyPolicies there. */
export function planWorkspace(world: World, ref: ObjectRef, settings: PlanSettings): Plan {
  const workspace = world.workspaces.get(ref);
  if (workspace === undefined) return { objects: [] };
  const conditions = [condition(resolvedCondition(world, workspace, settings), workspace.generation)];
  return { objects: [], status: { kind: WORKSPACES, ref, status: { conditions } } };
}

function resolvedCondition(world: World, workspace: Workspace, settings: PlanSettings): Resolved {
  const { namespace, services } = workspace;
  const answers = services.map((service) => {
    const agent = { privacyPolicy: undefined, serviceGroup: service.name };
    return { service, fault: privacyFault(resolvedPrivacy(world, { namespace, agent }, settings)) };
  });
  const bad = answers.filter(({ fault }) => fault !== undefined);
  const [first] = bad;
  if (first?.fault !== undefined) {
    const each = bad.map(({ service, fault }) => `${pairText(service)} (${fault?.message ?? ''})`);
    const message = `unresolved privacyPolicyRef(s): ${each.join('; ')}`;
    return { type: TYPE, status: 'False', reason: first.fault.reason, message };
  }
  const set = services.filter(({ privacyPolicy }) => privacyPolicy !== undefined);
  if (set.length > 0) {
    const message = set.map(pairText).join('; ');
    return { type: TYPE, status: 'True', reason: 'PolicyResolved', message };
  }
  return { type: TYPE, status: 'True', reason: 'DefaultPolicy', message: defaultText(world, settings) };
}

function pairText({ name, privacyPolicy }: Workspace['services'][number]): string {
  return `services[${name}] -> ${privacyPolicy ?? 'global default'}`;
}

function defaultText(world: World, { systemNamespace }: PlanSettings): string {
  const text = 'no service group sets privacyPolicyRef; sessions use global default';
  const exists = world.privacyPolicies.get({ namespace: systemNamespace, name: 'default' }) !== undefined;
  return exists ? text : `${text}, and there is none: no policy applies`;
}
