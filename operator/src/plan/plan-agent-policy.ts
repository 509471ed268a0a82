import { AGENT_POLICIES, type ObjectRef } from '@omnia-policy/kube';
import type { CompiledAgentPolicy } from '@omnia-policy/policy';
import { denyPolicy } from '../istio/authorization-policy.js';
import type { Owner } from '../istio/metadata.js';
import { objectName, ownerText } from '../istio/names.js';
import type { Target } from '../istio/target.js';
import type { Agent } from '../model/objects.js';
import type { World } from '../model/world.js';
import { agentPolicyStatus, type AgentPolicyOptions } from './agent-policy-status.js';
import { dataPlaneOfSelected } from './data-plane.js';
import type { DesiredObject, Plan } from './plan.js';
import { agentPolicyOf, entryOf } from './policy-entry.js';
import { principalsOf, selectedAgents } from './selected-agents.js';
import type { PlanSettings } from './settings.js';
import { denyRules, type ToolAccess } from './tool-access-rules.js';
import { workloadsOfNamespace, type ToolWorkload } from './tool-workload.js';
import { workloadPorts } from './workload-ports.js';

/**
 * What refuses an agent's calls at the tools' proxies. Depends on the AgentPolicies and AgentRuntimes of the namespace, on
 * all ToolRegistries, and on the Services, Pods and other AuthorizationPolicies where its tools are served.
 *
 * @returns undefined while the policy set has another version of the object
 */
export function planAgentPolicy(world: World, ref: ObjectRef, options: AgentPolicyOptions): Plan | undefined {
  const object = world.agentPolicies.get(ref);
  if (object === undefined) return { objects: [] };
  const entry = entryOf(world, 'AgentPolicy', object);
  const policy = agentPolicyOf(world, ref);
  if (entry === undefined) return undefined;
  const { apiVersion, kind } = AGENT_POLICIES;
  const owner = { text: ownerText('AgentPolicy', ref), object: { apiVersion, kind, ref, uid: object.uid } };
  const { settings } = options;
  const objects = policy === undefined ? [] : accessObjects({ world, policy, settings, owner });
  const status = agentPolicyStatus(world, { object, entry, policy, emits: objects.length > 0 }, options);
  return { objects, status: { kind: AGENT_POLICIES, ref, status } };
}

interface Emission {
  readonly world: World;
  readonly policy: CompiledAgentPolicy;
  readonly settings: PlanSettings;
  readonly owner: Owner;
}

function accessObjects(emission: Emission): DesiredObject[] {
  const { world, policy } = emission;
  const { access } = policy;
  const agents = selectedAgents(world, policy);
  if (access === undefined || agents.length === 0) return [];
  return workloadsOfNamespace(world, policy.ref.namespace).flatMap((workload) =>
    workloadObjects(emission, { workload, access, agents }),
  );
}

interface Reached {
  readonly workload: ToolWorkload;
  readonly access: ToolAccess;
  readonly agents: readonly Agent[];
}

function workloadObjects(emission: Emission, { workload, access, agents }: Reached): DesiredObject[] {
  const { world, policy, settings, owner } = emission;
  const { namespace } = policy.ref;
  const registries = workload.registries.filter((registry) => registry.namespace === namespace);
  const rules = denyRules(access, { registries, isOnly: workload.registries.length === 1 });
  if (rules.length === 0) return [];
  const principals = principalsOf(agents, settings.trustDomain);
  if (principals.length === 0) return [];
  const dryRun = policy.mode === 'permissive';
  return placesOf(world, workload).map(({ target, ports, distinction }) => {
    const ref = nameOf(world, policy, { workload, distinction });
    return denyPolicy(ref, owner, { target, principals, ports, rules, dryRun });
  });
}

interface Place {
  readonly target: Target;
  readonly ports: readonly number[];
  readonly distinction?: string;
}

/** More Services than this in one policy is more than Istio takes. */
const MAX_TARGETS = 16;

/** Where a workload's proxies are, with the ports that their rules see: a waypoint the Service's, a sidecar the pod's. */
function placesOf(world: World, workload: ToolWorkload): Place[] {
  const ports = workloadPorts(world, workload);
  const plane = dataPlaneOfSelected(world, workload);
  if (plane.kind !== 'ambient') {
    const known = [...new Set(ports.http.flatMap(({ targets }) => targets))].sort((a, b) => a - b);
    return known.length === 0 ? [] : [{ target: { kind: 'pods', labels: workload.selector }, ports: known }];
  }
  const names = plane.waypoints.flatMap(({ services }) => services.map(({ ref }) => ref.name)).sort();
  return chunksOf(names, MAX_TARGETS).flatMap((chunk, index): Place[] => {
    const own = ports.http.filter(({ service }) => chunk.includes(service)).map(({ port }) => port);
    const distinct = [...new Set(own)].sort((a, b) => a - b);
    if (distinct.length === 0) return [];
    const place: Place = { target: { kind: 'services', names: chunk }, ports: distinct };
    return [index === 0 ? place : { ...place, distinction: String(index) }];
  });
}

function chunksOf<T>(items: readonly T[], size: number): readonly T[][] {
  const starts = items.flatMap((_, index) => (index % size === 0 ? [index] : []));
  return starts.map((start) => items.slice(start, start + size));
}

/**
 * `omnia-<policy>-<workload>`; with a hash where another policy might ask for the same name: one of another namespace, or
 * one of this whose name and workload meet at another `-`.
 */
function nameOf(
  world: World,
  { ref }: CompiledAgentPolicy,
  { workload, distinction }: { readonly workload: ToolWorkload; readonly distinction: string | undefined },
): ObjectRef {
  const { namespace, name } = workload.ref;
  const isForeign = ref.namespace !== namespace;
  const isAmbiguous = otherSplits(ref.name, name).some(
    ([policy, service]) =>
      world.agentPolicies.get({ namespace, name: policy }) !== undefined &&
      world.services.get({ namespace, name: service }) !== undefined,
  );
  const distinctions = [isForeign || isAmbiguous ? ref.namespace : undefined, distinction];
  const told = distinctions.filter((one) => one !== undefined).join('/');
  return { namespace, name: objectName([ref.name, name], told === '' ? undefined : told) };
}

function otherSplits(policy: string, service: string): readonly (readonly [string, string])[] {
  const words = `${policy}-${service}`.split('-');
  return words
    .slice(1)
    .map((_, index) => [words.slice(0, index + 1).join('-'), words.slice(index + 1).join('-')] as const)
    .filter(([name]) => name !== policy);
}
