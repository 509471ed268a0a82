import { refOf, refText, type KubeClient, type KubeObject } from '@omnia-policy/kube';
import type { Logger } from '@omnia-policy/service';
import { parseOwner } from '../istio/names.js';
import { contentHash } from '../model/project-emitted.js';
import type { ApplyOutcome, DesiredObject } from '../plan/plan.js';
import { applyObject, objectName } from './apply-object.js';
import { objectKey, type EmittedObjects } from './emitted-objects.js';
import { isOurs, ownerOf } from './ownership.js';
import { contestedOutcome, refusalOutcome, worstOutcome } from './outcome.js';
import { createWriteMemory, type WriteMemory, type Written } from './write-memory.js';

/** Brings the objects of one owner to what its plan wants. */
export interface Applier {
  /**
   * Writes only what differs from the caches, prunes what is no longer wanted. May be broken off anywhere: doing it again
   * mends the rest.
   *
   * @param owner as in the owner annotation, for example `AgentPolicy/production/support-agent-tools`
   * @throws what may pass by itself: the server is not reached, or another writer was quicker
   */
  apply(owner: string, objects: readonly DesiredObject[]): Promise<ApplyOutcome>;
}

export interface ApplierOptions {
  readonly client: KubeClient;
  readonly emitted: EmittedObjects;
  readonly logger: Logger;
  /** A clock that is never set. */
  readonly nowMs?: () => number;
}

export function createApplier(options: ApplierOptions): Applier {
  const { nowMs = () => performance.now() } = options;
  const applying: Applying = { ...options, memory: createWriteMemory(nowMs) };
  return {
    async apply(owner, objects) {
      const outcomes: ApplyOutcome[] = [];
      for (const desired of objects) {
        outcomes.push(
          await applyOne(applying, owner, desired).catch((error: unknown) => refusalOutcome(desired, error)),
        );
      }
      const outcome = worstOutcome(outcomes);
      // What shall take the place of the former objects must be there before they go.
      if (outcome.kind === 'applied') await prune(applying, owner, objects);
      return outcome;
    },
  };
}

interface Applying extends ApplierOptions {
  readonly memory: WriteMemory;
}

async function applyOne(applying: Applying, owner: string, desired: DesiredObject): Promise<ApplyOutcome> {
  const { client, emitted, logger, memory } = applying;
  const { kind, object } = desired;
  if (!emitted.isKnown(kind)) return { kind: 'istio-missing', resource: kind.kind };
  const key = objectKey(kind, refOf(object));
  const wanted = contentHash(object);
  const last = memory.get(owner, key);
  const known = knownContent(applying, owner, desired);
  const isOwners = known?.owner === owner;
  if (isOwners && isSame(known.content, wanted, last)) return { kind: 'applied' };
  if (known !== undefined && !isOwners && isOwner(known.owner)) return clash(desired);
  if (last?.wanted === wanted && !memory.mayRepair(owner, key)) return contestedOutcome(desired);
  const found = known === undefined ? await client.get(kind, refOf(object)) : undefined;
  if (found !== undefined && !mayTake(found, owner)) return clash(desired);
  const isKnownOurs = known !== undefined || found !== undefined;
  const stored = await applyObject(client, desired, { wanted, isKnownOurs });
  memory.note(owner, key, {
    wanted,
    stored: stored.contentHash,
    resourceVersion: stored.resourceVersion,
  });
  logger.info({ owner, object: objectName(kind, object) }, 'applied');
  return { kind: 'applied' };
}

/** From the watch, or from memory as long as the watch has not come to the last write. */
function knownContent(
  { emitted, memory }: Applying,
  owner: string,
  { kind, object }: DesiredObject,
): { readonly owner: string; readonly content: string } | undefined {
  const last = memory.recent(owner, objectKey(kind, refOf(object)));
  if (last !== undefined && !emitted.hasSeen(kind, last.resourceVersion)) {
    return { owner: ownerOf(object), content: last.stored };
  }
  const cached = emitted.get(kind, refOf(object));
  return cached && { owner: cached.owner, content: cached.contentHash };
}

async function prune(
  { client, emitted, logger, memory }: Applying,
  owner: string,
  objects: readonly DesiredObject[],
): Promise<void> {
  const wanted = new Set(objects.map(({ kind, object }) => objectKey(kind, refOf(object))));
  for (const { kind, object } of emitted.ofOwner(owner)) {
    const key = objectKey(kind, object.ref);
    if (wanted.has(key)) continue;
    await client.delete(kind, object.ref, object.uid);
    logger.info({ owner, object: `${kind.kind} ${refText(object.ref)}` }, 'pruned');
  }
  memory.keepOnly(owner, wanted);
}

function isSame(content: string, wanted: string, last: Written | undefined): boolean {
  return content === wanted || (last?.wanted === wanted && last.stored === content);
}

function mayTake(found: KubeObject, owner: string): boolean {
  return isOurs(found) && (!isOwner(ownerOf(found)) || ownerOf(found) === owner);
}

/** Annotations can be edited by hand: one that names nobody takes no object away from its owner. */
function isOwner(text: string): boolean {
  return parseOwner(text) !== undefined;
}

function clash({ kind, object }: DesiredObject): ApplyOutcome {
  return { kind: 'name-clash', object: objectName(kind, object) };
}
