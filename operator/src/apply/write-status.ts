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

/**
 * Writes a status if it differs from the stored one. An object that is gone meanwhile needs none.
 *
 * @returns whether something was written
 */
export async function writeStatus(
  client: KubeClient,
  desired: DesiredStatus,
  { stored, nowMs }: { readonly stored: unknown; readonly nowMs: number },
): Promise<boolean> {
  const { kind, ref } = desired;
  const isSoleWriter = OURS_ALONE.includes(kind);
  const status = mergeStatus({ stored, desired: desired.status, nowMs, isSoleWriter });
  if (status === undefined) return false;
  const metadata = { name: ref.name, ...(kind.isNamespaced && { namespace: ref.namespace }) };
  try {
    await client.apply(
      kind,
      { apiVersion: kind.apiVersion, kind: kind.kind, metadata, status },
      { subresource: 'status', force: true },
    );
    return true;
  } catch (error) {
    if (isRefusal(error, 404)) return false;
    throw error;
  }
}
