import { refOf, type KubeClient, type KubeObject, type ResourceKind } from '@omnia-policy/kube';
import { changesEffect } from '../istio/names.js';
import { contentHash } from '../model/project-emitted.js';
import type { DesiredObject } from '../plan/plan.js';

/** An object as the server stores it. */
export interface StoredObject {
  readonly resourceVersion: string;
  readonly contentHash: string;
}

export interface ApplyWish {
  /** `contentHash` of the object. */
  readonly wanted: string;
  /** Takes over fields that others wrote; without, they are a conflict (409). */
  readonly isKnownOurs: boolean;
}

/**
 * Applies one object of ours and tells how it is stored. Applying leaves alone what others added (a further label in
 * a selector, a dry-run annotation); since that can undo what the object is for, it is then replaced as a whole.
 */
export async function applyObject(
  client: KubeClient,
  { kind, object }: DesiredObject,
  { wanted, isKnownOurs }: ApplyWish,
): Promise<StoredObject> {
  const applied = await client.apply(kind, object, { force: isKnownOurs });
  const stored = storedObject(applied);
  if (stored.contentHash === wanted) return stored;
  // What still differs after this are the API server's own defaults.
  return storedObject(await client.replace(kind, replacement(object, applied)));
}

function storedObject(object: KubeObject): StoredObject {
  return {
    resourceVersion: object.metadata.resourceVersion ?? '',
    contentHash: contentHash(object),
  };
}

/** The desired content in the stored object's frame: its version, and what others noted on it that changes nothing. */
function replacement(desired: KubeObject, stored: KubeObject): KubeObject {
  return {
    ...desired,
    metadata: {
      ...stored.metadata,
      ownerReferences: desired.metadata.ownerReferences ?? [],
      labels: { ...foreign(stored.metadata.labels), ...desired.metadata.labels },
      annotations: { ...foreign(stored.metadata.annotations), ...desired.metadata.annotations },
    },
  };
}

function foreign(pairs: Readonly<Record<string, string>> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(pairs ?? {}).filter(([key]) => !changesEffect(key)));
}

/** For messages: `EnvoyFilter production/omnia-tools-customer-tools`. */
export function objectName(kind: ResourceKind, object: KubeObject): string {
  const { namespace, name } = refOf(object);
  return `${kind.kind} ${namespace}/${name}`;
}
