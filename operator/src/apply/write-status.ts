import {
  AGENT_POLICIES,
  isRefusal,
  TOOL_POLICIES,
  type KubeClient,
  type ResourceKind,
} from '@omnia-policy/kube';
import type { DesiredStatus } from '../plan/plan.js';
import { mergeStatus } from './merge-status.js';

/** The other kinds have writers beside the operator, each with fields and conditions of its own. */
const OURS_ALONE: readonly ResourceKind[] = [TOOL_POLICIES, AGENT_POLICIES];

/** Writes a status if it differs from the stored one. An object that is gone meanwhile needs none. */
export type StatusWriter = (desired: DesiredStatus, stored: unknown) => Promise<void>;

export function createStatusWriter(client: KubeClient, nowMs: () => number): StatusWriter {
  return async (desired, stored) => {
    const { kind, ref } = desired;
    const isSoleWriter = OURS_ALONE.includes(kind);
    const status = mergeStatus({ stored, desired: desired.status, nowMs: nowMs(), isSoleWriter });
    if (status === undefined) return;
    const metadata = { name: ref.name, ...(kind.isNamespaced && { namespace: ref.namespace }) };
    try {
      await client.apply(
        kind,
        { apiVersion: kind.apiVersion, kind: kind.kind, metadata, status },
        { subresource: 'status', force: true },
      );
    } catch (error) {
      if (!isRefusal(error, 404)) throw error;
    }
  };
}
