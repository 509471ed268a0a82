import type { ApplyOptions } from '../kube-client.js';
import { refOf, refText, type KubeObject } from '../kube-object.js';
import type { ResourceKind } from '../resource-kind.js';
import type { ApiSession, SessionRequest } from './api-session.js';
import { readObject } from './read-object.js';
import { collectionPath, objectPath, withQuery } from './resource-path.js';

/** The server takes JSON for YAML, which it is. */
const APPLY_TYPE = 'application/apply-patch+yaml';

interface Write {
  readonly verb: 'apply' | 'create' | 'replace';
  readonly kind: ResourceKind;
  readonly object: KubeObject;
  readonly options: ApplyOptions | undefined;
}

/** @returns the object as it is stored now */
export async function writeObject(session: ApiSession, write: Write): Promise<KubeObject> {
  return readObject(write.kind, await session.call(requestOf(session.fieldManager, write), write.options));
}

function requestOf(fieldManager: string, { verb, kind, object, options }: Write): SessionRequest {
  const ref = refOf(object);
  const common = { verb, kind, name: refText(ref) };
  switch (verb) {
    case 'apply': {
      const { force, subresource } = options ?? {};
      const path = objectPath(kind, ref) + (subresource === undefined ? '' : `/${subresource}`);
      const text = JSON.stringify(subresource === undefined ? applied(object) : statusOf(object));
      return {
        ...common,
        method: 'PATCH',
        path: withQuery(path, { fieldManager, force }),
        body: { type: APPLY_TYPE, text },
      };
    }
    case 'create': {
      const path = collectionPath(kind, ref.namespace);
      return { ...common, method: 'POST', path: withQuery(path, { fieldManager }), body: json(object) };
    }
    case 'replace': {
      const path = objectPath(kind, ref);
      return { ...common, method: 'PUT', path: withQuery(path, { fieldManager }), body: json(object) };
    }
  }
}

/** Who manages which field is the server's to say. */
function applied({ metadata, ...rest }: KubeObject): unknown {
  const { managedFields: _, ...meta } = metadata;
  return { ...rest, metadata: meta };
}

/** With a resourceVersion, the server refuses when the object is another one by now; uids it does not compare here. */
function statusOf({ apiVersion, kind, metadata, status }: KubeObject): unknown {
  const { name, namespace, resourceVersion } = metadata;
  return { apiVersion, kind, metadata: { name, namespace, resourceVersion }, status };
}

function json(object: KubeObject): { readonly type: string; readonly text: string } {
  return { type: 'application/json', text: JSON.stringify(object) };
}
