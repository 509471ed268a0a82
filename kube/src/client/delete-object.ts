import { isRefusal } from '../kube-api-error.js';
import { refText, type ObjectRef } from '../kube-object.js';
import type { ResourceKind } from '../resource-kind.js';
import type { ApiSession } from './api-session.js';
import { objectPath } from './resource-path.js';

interface Delete {
  readonly kind: ResourceKind;
  readonly ref: ObjectRef;
  readonly uid: string | undefined;
}

/** False when there was none. An object of this name with another uid is refused with 409. */
export async function deleteObject(session: ApiSession, { kind, ref, uid }: Delete): Promise<boolean> {
  const options = {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    propagationPolicy: 'Background',
    ...(uid === undefined ? {} : { preconditions: { uid } }),
  };
  try {
    await session.call({
      verb: 'delete',
      kind,
      name: refText(ref),
      method: 'DELETE',
      path: objectPath(kind, ref),
      body: { type: 'application/json', text: JSON.stringify(options) },
    });
    return true;
  } catch (error) {
    if (isRefusal(error, NOT_FOUND)) return false;
    throw error;
  }
}

const NOT_FOUND = 404;
