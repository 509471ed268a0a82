import { KubeApiError } from '../kube-api-error.js';
import type { CallOptions } from '../kube-client.js';
import { refText, type KubeObject, type ObjectRef } from '../kube-object.js';
import type { ResourceKind } from '../resource-kind.js';
import type { ApiSession } from './api-session.js';
import { readObject } from './read-object.js';
import { objectPath } from './resource-path.js';

interface Get {
  readonly kind: ResourceKind;
  readonly ref: ObjectRef;
  readonly options: CallOptions | undefined;
}

/** Undefined when there is none. */
export async function getObject(
  session: ApiSession,
  { kind, ref, options }: Get,
): Promise<KubeObject | undefined> {
  const path = objectPath(kind, ref);
  try {
    return readObject(
      kind,
      await session.call({ verb: 'get', kind, name: refText(ref), method: 'GET', path }, options),
    );
  } catch (error) {
    if (isObjectMissing(error)) return undefined;
    throw error;
  }
}

/** The object is not there, but its kind is. */
export function isObjectMissing(error: unknown): boolean {
  return error instanceof KubeApiError && error.status === NOT_FOUND && !error.isKindMissing;
}

const NOT_FOUND = 404;
