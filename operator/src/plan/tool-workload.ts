import { refText, type ObjectRef } from '@omnia-policy/kube';
import type { Handler, Service, ToolRegistry } from '../model/objects.js';
import type { World } from '../model/world.js';
import { byRef, compareText, distinctRefs } from './order.js';
import { withSharedRegistries } from './overlapping-workloads.js';
import { isSelected, type Labels } from './select-pods.js';

/** Pods that serve the tools of one or more ToolRegistries, behind one or more Services. */
export interface ToolWorkload {
  /** Of the first of the Services, by name; the workload is called after it. */
  readonly ref: ObjectRef;
  readonly selector: Labels;
  /** Those that some handler names, by name. */
  readonly services: readonly Service[];
  /** By namespace and name. */
  readonly registries: readonly ServedRegistry[];
  /** Which ports of the Services handlers name. */
  readonly named: readonly NamedPort[];
  /** Names of other workloads that select some of the same pods; the registries of these are among its own. */
  readonly overlaps: readonly string[];
}

export interface ServedRegistry extends ObjectRef {
  /** Calls name their tool in the body. */
  readonly speaksMcp: boolean;
}

export interface NamedPort {
  readonly service: string;
  /** Undefined: those that speak HTTP. */
  readonly port: number | string | undefined;
}

const known = new WeakMap<World, readonly ToolWorkload[]>();

/** All of them, by namespace and name. Worked out once for a world: see there. */
export function toolWorkloads(world: World): readonly ToolWorkload[] {
  let workloads = known.get(world);
  if (workloads === undefined) {
    workloads = findWorkloads(world);
    known.set(world, workloads);
  }
  return workloads;
}

/** For a world that differs from the former one in its policy set alone: only what registries speak may be other than there. */
export function handOnWorkloads(former: World, world: World): void {
  const workloads = known.get(former)?.map((workload) => asItSpeaks(world, workload));
  if (workloads !== undefined) known.set(world, workloads);
}

function asItSpeaks(world: World, workload: ToolWorkload): ToolWorkload {
  const registries = workload.registries.map((registry) => servedRegistry(world, registry));
  const isSame = registries.every(
    ({ speaksMcp }, index) => speaksMcp === workload.registries[index]?.speaksMcp,
  );
  return isSame ? workload : { ...workload, registries };
}

/** Services are about pods of their own namespace, so no workload has to do with one of another. */
function findWorkloads(world: World): readonly ToolWorkload[] {
  return [...byNamespace(servings(world))]
    .flatMap((own) => {
      const groups = joinOverlapping(bySelector(own));
      return withSharedRegistries(
        world,
        groups.map((group) => workloadOf(world, group)),
      );
    })
    .sort(byRef);
}

function byNamespace(all: readonly Serving[]): Iterable<readonly Serving[]> {
  return grouped(all, ({ service }) => service.ref.namespace);
}

function bySelector(all: readonly Serving[]): Serving[][] {
  return [...grouped(all, ({ selector }) => labelsText(selector))];
}

function grouped(all: readonly Serving[], keyOf: (serving: Serving) => string): Iterable<Serving[]> {
  const groups = new Map<string, Serving[]>();
  for (const serving of all) {
    const key = keyOf(serving);
    const group = groups.get(key);
    if (group) group.push(serving);
    else groups.set(key, [serving]);
  }
  return groups.values();
}

function servedRegistry({ policySet }: World, { namespace, name }: ObjectRef): ServedRegistry {
  return { namespace, name, speaksMcp: policySet.speaksMcp(namespace, name) };
}

/** @param ref of the first of its Services */
export function toolWorkloadOf(world: World, ref: ObjectRef): ToolWorkload | undefined {
  return toolWorkloads(world).find((one) => one.ref.namespace === ref.namespace && one.ref.name === ref.name);
}

/** Those that serve some registry of a namespace. */
export function workloadsOfNamespace(world: World, namespace: string): readonly ToolWorkload[] {
  return toolWorkloads(world).filter(({ registries }) =>
    registries.some((one) => one.namespace === namespace),
  );
}

/** The one whose Services include this one. */
export function workloadOfService(world: World, service: ObjectRef): ToolWorkload | undefined {
  return toolWorkloads(world).find(
    ({ ref, services }) =>
      ref.namespace === service.namespace && services.some((one) => one.ref.name === service.name),
  );
}

/**
 * The Service that serves a handler's tools; undefined when it is none of the cluster's, selects no pods, or does not let
 * registries of that namespace name it.
 */
export function serviceOfHandler(
  world: World,
  { ref: { namespace } }: ToolRegistry,
  { service }: Handler,
): Service | undefined {
  if (service === undefined) return undefined;
  const found = world.services.get({ namespace: service.namespace, name: service.name });
  return found?.selector !== undefined && isOpenTo(found, namespace) ? found : undefined;
}

/**
 * A registry decides whose policies hold and whose claims are believed where its tools are served, and puts filters before
 * them: in another namespace it may do so only where the Service says so.
 */
export function isOpenTo({ ref, registriesFrom }: Service, namespace: string): boolean {
  return ref.namespace === namespace || registriesFrom.includes(namespace) || registriesFrom.includes('*');
}

interface Serving {
  readonly registry: ToolRegistry;
  readonly service: Service;
  readonly selector: Labels;
  readonly port: number | string | undefined;
}

function servings(world: World): readonly Serving[] {
  return world.toolRegistries.all().flatMap((registry) =>
    registry.handlers.flatMap((handler) => {
      const service = serviceOfHandler(world, registry, handler);
      const selector = service?.selector;
      return service && selector ? [{ registry, service, selector, port: handler.service?.port }] : [];
    }),
  );
}

/** A Service that selects some of another one's pods is about these: two filters on one pod would undo each other. */
function joinOverlapping(groups: readonly Serving[][]): readonly Serving[][] {
  const joined = new Map<Serving[], Serving[]>();
  const wideFirst = groups.toSorted((a, b) => widthOf(a) - widthOf(b));
  for (const group of wideFirst) {
    const [narrow] = group;
    const wider = [...joined.keys()].find(([wide]) => narrow && wide && covers(wide, narrow));
    if (wider === undefined) joined.set(group, [...group]);
    else joined.get(wider)?.push(...group);
  }
  return [...joined.values()];
}

function widthOf([serving]: readonly Serving[]): number {
  return Object.keys(serving?.selector ?? {}).length;
}

function covers(wide: Serving, narrow: Serving): boolean {
  return (
    wide.service.ref.namespace === narrow.service.ref.namespace && isSelected(narrow.selector, wide.selector)
  );
}

function workloadOf(world: World, group: readonly Serving[]): ToolWorkload {
  const [first] = group;
  if (first === undefined) throw new RangeError('a workload without a Service');
  const services = new Map(group.map(({ service }) => [service.ref.name, service]));
  const sorted = [...services.values()].sort(byRef);
  const named = new Map(
    group.map(({ service, port }) => [
      `${service.ref.name} ${String(port ?? '')}`,
      { service: service.ref.name, port },
    ]),
  );
  return {
    ref: sorted[0]?.ref ?? first.service.ref,
    selector: first.selector,
    services: sorted,
    registries: distinctRefs(group.map(({ registry }) => servedRegistry(world, registry.ref))),
    named: [...named].sort(([a], [b]) => compareText(a, b)).map(([, port]) => port),
    overlaps: [],
  };
}

function labelsText(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .sort(compareText)
    .join(',');
}

/** As attachments and messages write them. */
export function registriesText(registries: readonly ObjectRef[]): string {
  return registries.map(refText).join(',');
}
