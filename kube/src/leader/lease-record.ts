import { asRecord } from '@omnia-policy/policy';
import type { KubeObject, ObjectRef } from '../kube-object.js';
import { LEASES } from '../resource-kind.js';

/** What a Lease says. */
export interface LeaseRecord {
  /** Empty: nobody. */
  readonly holder: string;
  readonly durationMs: number;
  readonly transitions: number;
  readonly acquireTime: string | undefined;
}

export function readLease({ spec }: KubeObject, defaultDurationMs: number): LeaseRecord {
  const { holderIdentity, leaseDurationSeconds, leaseTransitions, acquireTime } = asRecord(spec);
  return {
    holder: typeof holderIdentity === 'string' ? holderIdentity : '',
    durationMs: typeof leaseDurationSeconds === 'number' ? leaseDurationSeconds * 1_000 : defaultDurationMs,
    transitions: typeof leaseTransitions === 'number' ? leaseTransitions : 0,
    acquireTime: typeof acquireTime === 'string' ? acquireTime : undefined,
  };
}

/** @param lease the stored one, whose other fields stay; undefined: a new one */
export function writeLease(ref: ObjectRef, lease: KubeObject | undefined, record: LeaseRecord): KubeObject {
  const renewTime = microTime();
  return {
    ...(lease ?? { apiVersion: LEASES.apiVersion, kind: LEASES.kind, metadata: { ...ref } }),
    spec: {
      ...(lease?.spec as object | undefined),
      holderIdentity: record.holder,
      leaseDurationSeconds: Math.ceil(record.durationMs / 1_000),
      leaseTransitions: record.transitions,
      acquireTime: record.acquireTime ?? renewTime,
      renewTime,
    },
  };
}

/** For people: nobody compares the clocks of two machines. */
function microTime(): string {
  return new Date().toISOString().replace('Z', '000Z');
}
