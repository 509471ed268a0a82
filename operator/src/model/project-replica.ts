import { refOf, type KubeObject } from '@omnia-policy/kube';
import { asRecord, asText } from '../record.js';
import type { ReplicaReport } from './objects.js';
import { asLabels } from './read-fields.js';

/** On a Lease: what its ext-authz replica enforces, as JSON. */
export const ENFORCED_ANNOTATION = 'omnia.altairalabs.ai/enforced';

/** A Lease of ext-authz; one that can't be read reports an empty resourceVersion. */
export function projectReplica(object: KubeObject): ReplicaReport {
  const spec = asRecord(object.spec);
  const duration = spec.leaseDurationSeconds;
  const report = parseReport(asLabels(object.metadata.annotations)[ENFORCED_ANNOTATION]);
  return {
    ref: refOf(object),
    ...report,
    renewedAt: asText(spec.renewTime),
    leaseSeconds: typeof duration === 'number' ? duration : 0,
  };
}

function parseReport(text: string | undefined): Pick<ReplicaReport, 'resourceVersion' | 'lagging'> {
  const fields = asRecord(parseJson(text ?? ''));
  const lagging = Object.entries(asRecord(fields.lagging)).flatMap(([policy, generation]) =>
    typeof generation === 'number' ? [[policy, generation] as const] : [],
  );
  return { resourceVersion: asText(fields.resourceVersion), lagging: Object.fromEntries(lagging) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
