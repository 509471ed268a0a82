import { refText, type CacheChange, type ObjectRef } from '@omnia-policy/kube';
import { GLOBAL_DEFAULT_POLICY } from '@omnia-policy/policy';
import { isDeepStrictEqual } from 'node:util';
import { AGENT_COMPONENT, COMPONENT_LABEL } from '../../istio/names.js';
import type {
  Agent,
  ForeignAuthorization,
  Identified,
  MeshNamespace,
  Pod,
  Policy,
  PrivacyPolicy,
  ReplicaReport,
  Service,
  ToolRegistry,
  Workspace,
} from '../../model/objects.js';
import type { World } from '../../model/world.js';
import { asRecord } from '../../record.js';
import { isSelected } from '../../plan/select-pods.js';
import { toolWorkloads, type ToolWorkload } from '../../plan/tool-workload.js';
import { agentNamespaceKey, keyText } from '../key.js';
import { touchedByWorkload } from './touched-by-workloads.js';

/** What a change of one object makes it necessary to plan again: pure functions of the change and the world after it. */
type Touched<T> = (change: CacheChange<T>, world: World) => Iterable<string>;

export const touchedByToolPolicy: Touched<Policy> = ({ ref, before, after }) => [
  keyText('ToolPolicy', ref),
  // With the first policy of a namespace its agents are guarded, with the last one left alone.
  ...(before === undefined || after === undefined ? [agentNamespaceKey(ref.namespace)] : []),
];

export const touchedByAgentPolicy: Touched<Policy> = ({ ref, before, after }) => [
  keyText('AgentPolicy', ref),
  ...(before === undefined || after === undefined ? [agentNamespaceKey(ref.namespace)] : []),
];

/** References to it may lead elsewhere now, or it may have become valid. */
export const touchedByPrivacyPolicy: Touched<PrivacyPolicy> = ({ ref, before, after }, world) => {
  const own = keyText('PrivacyPolicy', ref);
  if (isSameButStatus(before, after)) return [own];
  const isDefault = ref.name === GLOBAL_DEFAULT_POLICY;
  const agents = isDefault ? world.agents.all() : world.agents.inNamespace(ref.namespace);
  return [own, ...keysOf('Agent', agents), ...keysOf('Workspace', world.workspaces.all())];
};

/** Its workloads are touched as {@link touchedByWorkloads} says; here are those who speak of the registry and its tools. */
export const touchedByToolRegistry: Touched<ToolRegistry> = ({ ref, before, after }, world) => {
  if (isSameButStatus(before, after)) return [];
  return [
    ...keysOf('ToolPolicy', world.toolPolicies.inNamespace(ref.namespace)),
    ...keysOf('AgentPolicy', world.agentPolicies.inNamespace(ref.namespace)),
  ];
};

export const touchedByAgent: Touched<Agent> = ({ ref, before, after }, world) => {
  const own = keyText('Agent', ref);
  if (isSameButStatus(before, after)) return [own];
  const { namespace, name } = ref;
  const trusting = toolWorkloads(world).filter(({ registries }) =>
    registries.some((registry) => registry.namespace === namespace),
  );
  return [
    own,
    agentNamespaceKey(namespace),
    ...world.policySet.agentPolicies(namespace, name).map((policy) => keyText('AgentPolicy', policy.ref)),
    ...keysOf('ToolWorkload', trusting),
  ];
};

export const touchedByWorkspace: Touched<Workspace> = ({ ref, before, after }, world) => {
  const own = keyText('Workspace', ref);
  if (isSameButStatus(before, after)) return [own];
  const namespaces = new Set([before?.namespace, after?.namespace].filter((one) => one !== undefined));
  const sharing = world.workspaces.all().filter(({ namespace }) => namespaces.has(namespace));
  const agents = [...namespaces].flatMap((namespace) => world.agents.inNamespace(namespace));
  return [own, ...keysOf('Workspace', sharing), ...keysOf('Agent', agents)];
};

/** An agent's Service has the agent's name. Workloads are touched as {@link touchedByWorkloads} says. */
export const touchedByService: Touched<Service> = ({ ref }, world) =>
  world.agents.get(ref) === undefined ? [] : touchedByAgentProxy(ref.namespace, [ref]);

export const touchedByPod: Touched<Pod> = ({ ref, before, after }, world) => {
  if (before && after && isDeepStrictEqual({ ...before, ref }, { ...after, ref })) return [];
  const pods = [before, after].filter((pod) => pod !== undefined);
  const serving = workloadsOfPods(pods, world);
  const agents = pods
    .filter(({ labels }) => labels[COMPONENT_LABEL] === AGENT_COMPONENT)
    .map(({ labels }) => ({ namespace: ref.namespace, name: labels['app.kubernetes.io/instance'] ?? '' }))
    .filter((agent) => world.agents.get(agent) !== undefined);
  return [
    ...serving.flatMap((workload) => touchedByWorkload(workload, world)),
    ...(agents.length === 0 ? [] : touchedByAgentProxy(ref.namespace, agents)),
    ...agents.flatMap((agent) => policiesOf(world, agent)),
  ];
};

/** Whether a pod has become, or no longer is, one of several workloads: then these are others. */
export function isOfSeveral({ before, after }: CacheChange<Pod>, world: World): boolean {
  const isSame = before?.hasEnded === after?.hasEnded && isDeepStrictEqual(before?.labels, after?.labels);
  if (isSame) return false;
  return [before, after].some((pod) => pod !== undefined && workloadsOfPods([pod], world).length > 1);
}

function workloadsOfPods(pods: readonly Pod[], world: World): readonly ToolWorkload[] {
  return toolWorkloads(world).filter(({ ref, selector }) =>
    pods.some((pod) => pod.ref.namespace === ref.namespace && isSelected(pod.labels, selector)),
  );
}

/** Its labels say whether there are proxies. */
export const touchedByNamespace: Touched<MeshNamespace> = ({ ref: { name }, before, after }, world) => {
  if (before && after && isDeepStrictEqual(before.labels, after.labels)) return [];
  return [
    ...toolWorkloads(world)
      .filter(({ ref }) => ref.namespace === name)
      .flatMap((workload) => touchedByWorkload(workload, world)),
    ...touchedByAgentProxy(
      name,
      world.agents.inNamespace(name).map(({ ref }) => ref),
    ),
    ...keysOf('AgentPolicy', world.agentPolicies.inNamespace(name)),
  ];
};

/**
 * Those that hand a request to a provider stand in the way; one in Istio's root namespace is about all workloads. Those with
 * a name like ours take, or set free, a name that is wanted.
 */
export const touchedByForeignAuthorization: Touched<ForeignAuthorization> = (
  { ref, before, after },
  world,
) => {
  const isProvider = [before, after].some((one) => one?.action === 'CUSTOM');
  const isClash = ref.name.startsWith('omnia-') && (before === undefined || after === undefined);
  if (!isProvider && !isClash) return [];
  return new Set(toolWorkloads(world).flatMap((workload) => touchedByWorkload(workload, world)));
};

export const touchedBySecret: Touched<{ readonly ref: ObjectRef }> = ({ ref }, world) =>
  keysOf('PrivacyPolicy', world.privacyPolicies.inNamespace(ref.namespace));

/**
 * A replica that only says that it is still there has nothing new. Another report is about the policies that it names, and
 * about those that are not yet known to be enforced everywhere; a replica that comes or goes is about all.
 */
export const touchedByReplica: Touched<ReplicaReport> = ({ before, after }, world) => {
  if (before === undefined || after === undefined) return keysOf('ToolPolicy', world.toolPolicies.all());
  const isSame =
    before.resourceVersion === after.resourceVersion && isDeepStrictEqual(before.lagging, after.lagging);
  if (isSame) return [];
  const named = new Set([...Object.keys(before.lagging), ...Object.keys(after.lagging)]);
  const open = world.toolPolicies
    .all()
    .filter((policy) => named.has(refText(policy.ref)) || !isEnforced(policy));
  return keysOf('ToolPolicy', open);
};

/** As the status says. */
function isEnforced({ status, generation }: Policy): boolean {
  const { conditions } = asRecord(status);
  return (
    Array.isArray(conditions) &&
    conditions
      .map((condition: unknown) => asRecord(condition))
      .some(
        ({ type, status: value, observedGeneration }) =>
          type === 'Enforced' && value === 'True' && observedGeneration === generation,
      )
  );
}

function touchedByAgentProxy(namespace: string, agents: readonly ObjectRef[]): string[] {
  return [agentNamespaceKey(namespace), ...agents.map((ref) => keyText('Agent', ref))];
}

function policiesOf(world: World, { namespace, name }: ObjectRef): string[] {
  return world.policySet.agentPolicies(namespace, name).map(({ ref }) => keyText('AgentPolicy', ref));
}

function keysOf(
  kind: Parameters<typeof keyText>[0],
  objects: readonly (Pick<Identified, 'ref'> | ToolWorkload)[],
): string[] {
  return objects.map(({ ref }) => keyText(kind, ref));
}

function isSameButStatus<T extends Identified>(before: T | undefined, after: T | undefined): boolean {
  if (before === undefined || after === undefined) return false;
  const content = (object: T): unknown => ({
    ...object,
    status: undefined,
    generation: 0,
    resourceVersion: '',
  });
  return isDeepStrictEqual(content(before), content(after));
}
