import { compilePolicySet, type MeshNeeds } from '@omnia-policy/policy';
import { benchPolicies } from './bench-policies.js';

/** What Envoy is configured for with so many policies of the bench. @throws Error when one of them is broken */
export function benchNeeds(toolPolicies: number): MeshNeeds {
  const documents = benchPolicies(toolPolicies).map((value, index) => ({ origin: `bench#${index}`, value }));
  const { entries, needs } = compilePolicySet(documents, { revision: 'bench' });
  const broken = entries.find(({ phase }) => phase !== 'Active');
  if (broken) throw new Error(`a policy of the bench is broken: ${JSON.stringify(broken)}`);
  return needs;
}
