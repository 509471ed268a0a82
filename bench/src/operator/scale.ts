/** How much there is in the cluster, and how often each thing is measured. */
export interface Scale {
  readonly namespaces: number;
  /** Of each namespace; each with a Service and a pod. */
  readonly registries: number;
  readonly toolPoliciesPerRegistry: number;
  readonly agentPolicies: number;
  /** Each with a pod. */
  readonly agents: number;
  /** Agents that one AgentPolicy selects. */
  readonly agentsPerPolicy: number;
  /** Every how many agents runs as a service account of another name. */
  readonly agentsPerOwnAccount: number;
  readonly samples: Samples;
}

interface Samples {
  /** Of one change until it is enforced. */
  readonly enforced: number;
  /** Changes one by one, of each kind. */
  readonly single: number;
  /** Changes in a stream. */
  readonly stream: number;
  /** How far apart single changes are: more than it takes until nobody does anything about one any more. */
  readonly settleMs: number;
}

export const FULL_SCALE: Scale = {
  ...{ namespaces: 100, registries: 5, toolPoliciesPerRegistry: 4, agentPolicies: 5 },
  ...{ agents: 100, agentsPerPolicy: 20, agentsPerOwnAccount: 20 },
  samples: { enforced: 30, single: 30, stream: 110, settleMs: 2500 },
};

export const SHORT_SCALE: Scale = {
  ...FULL_SCALE,
  namespaces: 10,
  samples: { enforced: 4, single: 3, stream: 10, settleMs: 1500 },
};

/** How many there are of everything. */
export interface Totals {
  readonly toolPolicies: number;
  readonly agentPolicies: number;
  readonly agents: number;
  readonly registries: number;
}

export function totalsOf(scale: Scale): Totals {
  const { namespaces, registries, toolPoliciesPerRegistry, agentPolicies, agents } = scale;
  return {
    toolPolicies: namespaces * registries * toolPoliciesPerRegistry,
    agentPolicies: namespaces * agentPolicies,
    agents: namespaces * agents,
    registries: namespaces * registries,
  };
}
