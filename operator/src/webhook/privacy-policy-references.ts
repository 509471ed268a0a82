import { refText } from '@omnia-policy/kube';
import type { World } from '../model/world.js';
import type { PrivacyPolicyReferences } from './judge-admission.js';

/** AgentRuntimes and Workspaces that name a SessionPrivacyPolicy. */
export function privacyPolicyReferences(
  world: Pick<World, 'agents' | 'workspaces'>,
): PrivacyPolicyReferences {
  return (namespace, name) => [
    ...world.agents
      .inNamespace(namespace)
      .filter(({ privacyPolicy }) => privacyPolicy === name)
      .map(({ ref }) => `AgentRuntime ${refText(ref)}`),
    ...world.workspaces
      .all()
      .filter((workspace) => workspace.namespace === namespace)
      .flatMap(({ ref, services }) =>
        services
          .filter(({ privacyPolicy }) => privacyPolicy === name)
          .map((service) => `Workspace ${ref.name} (service group ${service.name})`),
      ),
  ];
}
