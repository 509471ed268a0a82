import type { CacheChange, ObjectCache } from '@omnia-policy/kube';
import type { PolicySet } from '@omnia-policy/policy';
import { createPodLookup } from '../caches/pods-by-label.js';
import { createAliveReplicas, type AliveReplicas } from '../caches/alive-replicas.js';
import type { ClusterCaches } from '../caches/watch-cluster.js';
import { worldOverCaches } from '../caches/world-over-caches.js';
import { createEmittedObjects, type EmittedObjects } from '../apply/emitted-objects.js';
import type { ApplyOutcome } from '../model/apply-outcome.js';
import type { World } from '../model/world.js';
import { handOnWorkloads, toolWorkloads, type ToolWorkload } from '../plan/tool-workload.js';
import { allKeys } from './all-keys.js';
import { createAttachmentOutcomes, type AttachmentOutcomes } from './attachment-outcomes.js';
import { keyText, type Key } from './key.js';
import { touchedByAttachment } from './touched/touched-by-attachment.js';
import * as touched from './touched/touched-by-object.js';
import { touchedByEmitted } from './touched/touched-by-emitted.js';
import { touchedByPolicySet } from './touched/touched-by-policy-set.js';
import { touchedByWorkloads } from './touched/touched-by-workloads.js';

/** The cluster as the watches show it, and what each change makes it necessary to plan again. */
export interface ClusterView {
  /** Undefined before the first policy set. */
  readonly world: () => World | undefined;
  readonly emitted: EmittedObjects;
  /** All that there is to plan for. */
  everything(): ReadonlySet<string>;
  setPolicySet(policySet: PolicySet): void;
  /** What became of the objects of a key: policies tell it of those without a status. */
  readonly noteOutcome: (key: Key, outcome: ApplyOutcome) => void;
  /** This process begins to apply objects: what it knew of them may be old. */
  forgetOutcomes(): void;
  /** All changes of one turn of the event loop are told together. Returns how to stop it. */
  onTouched(listener: Listener): () => void;
  /** Looks for what no watch tells of: Istio came or went, a replica of ext-authz no longer reports. */
  lookAround(): void;
}

/** @param nowMs a clock that is never set */
export function createClusterView(caches: ClusterCaches, nowMs = () => performance.now()): ClusterView {
  const replicas = createAliveReplicas(caches.replicas, nowMs);
  // Before what follows the pods: it looks them up here.
  const pods = createPodLookup(caches.pods);
  const emitted = createEmittedObjects(caches.emitted);
  const attachments = createAttachmentOutcomes(emitted);
  const told = { touchedKeys: new Set<string>(), listeners: new Set<Listener>(), workloads: [] };
  const view: View = { caches, replicas, attachments, ...told };
  followObjects(view);
  return {
    world: () => view.world,
    emitted,
    everything: () => (view.world === undefined ? new Set() : allKeys(caches, view.world)),
    setPolicySet(policySet) {
      const before = view.world?.policySet;
      // A new object: what is derived from the former one no longer holds.
      const world = worldOverCaches(caches, { policySet, pods, replicas, attachments });
      if (view.world) handOnWorkloads(view.world, world);
      view.world = world;
      view.workloadsAreOld = true;
      touch(view, before === undefined ? allKeys(caches, world) : touchedByPolicySet(before, world));
    },
    noteOutcome(key, outcome) {
      const { world } = view;
      if (world && attachments.note(key, outcome, world)) touch(view, touchedByAttachment(key, world));
    },
    forgetOutcomes: attachments.forget,
    onTouched(listener) {
      view.listeners.add(listener);
      return () => view.listeners.delete(listener);
    },
    lookAround: () => {
      lookAround(view);
    },
  };
}

type Listener = (keys: ReadonlySet<string>) => void;

interface View {
  readonly caches: ClusterCaches;
  readonly replicas: AliveReplicas;
  readonly attachments: AttachmentOutcomes;
  readonly listeners: Set<Listener>;
  /** Not yet told. */
  touchedKeys: Set<string>;
  world?: World;
  /** As of the last telling. */
  workloads: readonly ToolWorkload[];
  workloadsAreOld?: boolean;
  /** Of Istio's; undefined before the first look. */
  missingKinds?: string;
  knownReplicas?: string;
  isTelling?: boolean;
}

function followObjects(view: View): void {
  const { caches } = view;
  const follow = <T>(
    cache: ObjectCache<T>,
    touchedBy: (change: CacheChange<T>, world: World) => Iterable<string>,
  ): void => {
    cache.onChange((change) => {
      if (view.world) touch(view, touchedBy(change, view.world));
    });
  };
  follow(caches.toolPolicies, touched.touchedByToolPolicy);
  follow(caches.agentPolicies, touched.touchedByAgentPolicy);
  follow(caches.privacyPolicies, touched.touchedByPrivacyPolicy);
  follow(caches.agents, touched.touchedByAgent);
  follow(caches.workspaces, touched.touchedByWorkspace);
  follow(caches.namespaces, touched.touchedByNamespace);
  follow(caches.foreignAuthorizations, touched.touchedByForeignAuthorization);
  follow(caches.replicas, touched.touchedByReplica);
  for (const cache of caches.secrets.values()) follow(cache, touched.touchedBySecret);
  for (const cache of caches.emitted) follow(cache, touchedByEmitted);
  follow(caches.pods, (change, world) => {
    if (touched.isOfSeveral(change, world)) renewWorkloads(view);
    return touched.touchedByPod(change, world);
  });
  follow(caches.toolRegistries, (change, world) => {
    renewWorkloads(view);
    return touched.touchedByToolRegistry(change, world);
  });
  follow(caches.services, (change, world) => {
    renewWorkloads(view);
    return touched.touchedByService(change, world);
  });
}

function lookAround(view: View): void {
  const { caches, replicas, world } = view;
  if (world === undefined) return;
  const missing = caches.emitted
    .filter(({ health }) => health.state === 'missing')
    .map(({ kind }) => kind.kind);
  if (missing.join() !== view.missingKinds) touch(view, allKeys(caches, world));
  view.missingKinds = missing.join();
  const names = replicas.names();
  if (names !== view.knownReplicas) {
    touch(
      view,
      world.toolPolicies.all().map(({ ref }) => keyText('ToolPolicy', ref)),
    );
  }
  view.knownReplicas = names;
}

function renewWorkloads(view: View): void {
  const { caches, world } = view;
  if (world) view.world = worldOverCaches(caches, world);
  view.workloadsAreOld = true;
  tellSoon(view);
}

function touch(view: View, keys: Iterable<string>): void {
  for (const key of keys) view.touchedKeys.add(key);
  tellSoon(view);
}

function tellSoon(view: View): void {
  if (view.isTelling === true) return;
  view.isTelling = true;
  setImmediate(() => {
    view.isTelling = false;
    tell(view);
  });
}

function tell(view: View): void {
  const { world } = view;
  if (world === undefined) return;
  if (view.workloadsAreOld === true) {
    const workloads = toolWorkloads(world);
    for (const key of touchedByWorkloads(view.workloads, workloads, world)) view.touchedKeys.add(key);
    view.workloads = workloads;
    view.workloadsAreOld = false;
  }
  const keys = view.touchedKeys;
  if (keys.size === 0) return;
  view.touchedKeys = new Set();
  for (const listener of view.listeners) listener(keys);
}
