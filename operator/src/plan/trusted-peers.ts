import type { World } from '../model/world.js';
import { distinctTexts } from './order.js';
import { agentsOfNamespace, principalsOf } from './selected-agents.js';
import type { PlanSettings } from './settings.js';
import type { ToolWorkload } from './tool-workload.js';

/** What the filter holds (wasm-filter/README.md); it refuses a longer list as a whole. */
const MAX_TRUSTED_PEERS = 5000;

export interface TrustedPeers {
  /** SPIFFE ids of agents whose claim headers a workload believes. */
  readonly peers: readonly string[];
  /** Agents that there was no room for: their claims are removed. */
  readonly leftOut: number;
}

/** The agents of the namespaces whose registries a workload serves pass claims on; what anyone else says is removed. */
export function trustedPeers(
  world: World,
  { registries }: ToolWorkload,
  { trustDomain, maxTrustedPeers = MAX_TRUSTED_PEERS }: PlanSettings,
): TrustedPeers {
  const namespaces = distinctTexts(registries.map(({ namespace }) => namespace));
  const agents = namespaces.flatMap((namespace) => agentsOfNamespace(world, namespace));
  const all = principalsOf(agents, trustDomain).map((principal) => `spiffe://${principal}`);
  return { peers: all.slice(0, maxTrustedPeers), leftOut: Math.max(0, all.length - maxTrustedPeers) };
}
