import type { CelInput, CelValue } from '@bufbuild/cel';
import { create, isMessage } from '@bufbuild/protobuf';
import { isReflectMessage } from '@bufbuild/protobuf/reflect';
import { DurationSchema, TimestampSchema } from '@bufbuild/protobuf/wkt';
import { fault } from '../fault.js';

export const NANOS_PER_SECOND = 1_000_000_000n;
const FIRST_SECOND = -62_135_596_800n; // 0001-01-01T00:00:00Z
const LAST_SECOND = 253_402_300_799n; // 9999-12-31T23:59:59Z
const MAX_DURATION = 2n ** 63n - 1n;
const MIN_DURATION = -(2n ** 63n);

/** Nanoseconds since 1970 of a timestamp; undefined for any other value. */
export function timestampNanos(value: CelValue): bigint | undefined {
  if (typeof value !== 'object' || !isReflectMessage(value) || !isMessage(value.message, TimestampSchema))
    return undefined;
  return value.message.seconds * NANOS_PER_SECOND + BigInt(value.message.nanos);
}

/** Nanoseconds of a duration; undefined for any other value. */
export function durationNanos(value: CelValue): bigint | undefined {
  if (typeof value !== 'object' || !isReflectMessage(value) || !isMessage(value.message, DurationSchema))
    return undefined;
  return value.message.seconds * NANOS_PER_SECOND + BigInt(value.message.nanos);
}

/** Throws a fault outside of the years 1 to 9999. */
export function timestampOf(nanos: bigint): CelInput {
  const rest = ((nanos % NANOS_PER_SECOND) + NANOS_PER_SECOND) % NANOS_PER_SECOND;
  const seconds = (nanos - rest) / NANOS_PER_SECOND;
  if (seconds < FIRST_SECOND || seconds > LAST_SECOND)
    throw fault('evaluation-failed', 'timestamp out of range');
  return create(TimestampSchema, { seconds, nanos: Number(rest) });
}

/** Throws a fault beyond 64 bits of nanoseconds (some 292 years). */
export function durationOf(nanos: bigint): CelInput {
  if (nanos > MAX_DURATION || nanos < MIN_DURATION) throw fault('evaluation-failed', 'duration out of range');
  return create(DurationSchema, {
    seconds: nanos / NANOS_PER_SECOND,
    nanos: Number(nanos % NANOS_PER_SECOND),
  });
}
