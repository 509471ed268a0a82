import {
  AGENT_POLICIES,
  isRefusal,
  TOOL_POLICIES,
  type KubeClient,
  type ResourceKind,
} from '@omnia-policy/kube';
import type { Logger } from '@omnia-policy/service';
import type { Identified } from '../model/objects.js';
import type { DesiredStatus } from '../plan/plan.js';
import { mergeStatus } from './merge-status.js';
import { createOlderDefinitions } from './older-definitions.js';

/** The other kinds have writers beside the operator, each with fields and conditions of its own. */
const OURS_ALONE: readonly ResourceKind[] = [TOOL_POLICIES, AGENT_POLICIES];

/**
 * Writes a status if it differs from the stored one. An object that is gone meanwhile needs none.
 *
 * @param stored the object as the watch shows it; the same one for as long as nothing in it changes
 */
export type StatusWriter = (desired: DesiredStatus, stored: StoredObject | undefined) => Promise<void>;

type StoredObject = Pick<Identified, 'status'>;

export interface StatusWriterOptions {
  readonly client: KubeClient;
  readonly logger: Logger;
  /** Unix time in milliseconds. */
  readonly nowMs: () => number;
}

export function createStatusWriter({ client, logger, nowMs }: StatusWriterOptions): StatusWriter {
  // The watch tells of a write a little later: until then the same would be written again.
  const written = new WeakMap<StoredObject, DesiredStatus['status']>();
  const definitions = createOlderDefinitions(logger);
  const write: StatusWriter = async (desired, stored) => {
    const { kind, ref } = desired;
    const isSoleWriter = OURS_ALONE.includes(kind);
    const before = stored && (written.get(stored) ?? stored.status);
    const known = definitions.known(kind, desired.status);
    const status = mergeStatus({ stored: before, desired: known, nowMs: nowMs(), isSoleWriter });
    if (status === undefined) return;
    const metadata = { name: ref.name, ...(kind.isNamespaced && { namespace: ref.namespace }) };
    try {
      await client.apply(
        kind,
        { apiVersion: kind.apiVersion, kind: kind.kind, metadata, status },
        { subresource: 'status', force: true },
      );
      if (stored !== undefined) written.set(stored, status);
    } catch (error) {
      if (definitions.learn(kind, error)) return write(desired, stored);
      if (!isRefusal(error, 404)) throw error;
      if ((await client.get(kind, ref)) !== undefined) definitions.noteNone(kind);
    }
  };
  return write;
}
