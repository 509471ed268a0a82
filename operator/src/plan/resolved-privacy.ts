import { refText } from '@omnia-policy/kube';
import {
  parsePrivacyPolicySpec,
  resolvePrivacyPolicy,
  type PrivacyAnswer,
  type PrivacyChoice,
} from '@omnia-policy/policy';
import type { PrivacyPolicy } from '../model/objects.js';
import type { World } from '../model/world.js';
import type { PlanSettings } from './settings.js';

/** Which SessionPrivacyPolicy the sessions of an agent, or of a service group, are under. */
export function resolvedPrivacy(
  world: World,
  question: { readonly namespace: string; readonly agent: PrivacyChoice | undefined },
  { systemNamespace }: PlanSettings,
): PrivacyAnswer<PrivacyPolicy> {
  return resolvePrivacyPolicy({
    ...question,
    workspaces: world.workspaces.all(),
    systemNamespace,
    find: (ref) => world.privacyPolicies.get(ref),
  });
}

/** Why nothing is recorded under an answer; undefined when all is well, also where no policy applies. */
export function privacyFault(
  answer: PrivacyAnswer<PrivacyPolicy>,
):
  | { readonly reason: 'PolicyNotFound' | 'PolicyInvalid' | 'NamespaceShared'; readonly message: string }
  | undefined {
  switch (answer.kind) {
    case 'none':
      return undefined;
    case 'not-found':
      return { reason: 'PolicyNotFound', message: `there is no SessionPrivacyPolicy ${refText(answer.ref)}` };
    case 'ambiguous': {
      const names = answer.workspaces.join(' and ');
      const message = `Workspaces ${names} have the same namespace and different policies: give each its own`;
      return { reason: 'NamespaceShared', message };
    }
    case 'resolved': {
      if (parsePrivacyPolicySpec(answer.policy.spec).ok) return undefined;
      const message = `SessionPrivacyPolicy ${refText(answer.ref)} is not valid; see its condition Ready`;
      return { reason: 'PolicyInvalid', message };
    }
  }
}
