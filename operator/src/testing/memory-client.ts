import {
  KubeApiError,
  refOf,
  refText,
  type KubeClient,
  type KubeObject,
  type ObjectRef,
  type ResourceKind,
} from '@omnia-policy/kube';
import { mergeObjects } from './merge-objects.js';

/** A store that behaves like the API server as far as one writer can see. Watching is left to tests with a real one. */
export interface MemoryClient extends KubeClient {
  /** Verb, kind and object of every request, in order. */
  readonly requests: string[];
  /** What another user does; is not among the requests. */
  put(kind: ResourceKind, object: KubeObject): KubeObject;
  stored(kind: ResourceKind, ref: ObjectRef): KubeObject | undefined;
  /** Called before a write: throws what the server would refuse with. */
  refuse: (verb: Write, kind: ResourceKind, object: KubeObject) => void;
  /** What the server adds to each object that is written. */
  complete: (object: KubeObject) => KubeObject;
}

type Write = 'apply' | 'create' | 'replace';

export function createMemoryClient(): MemoryClient {
  const objects = new Map<string, KubeObject>();
  const requests: string[] = [];
  const memory: Memory = { objects, requests, version: 0 };
  const asking = async <T>(what: string, run: () => T): Promise<T> => {
    requests.push(what);
    return Promise.resolve().then(run);
  };
  const writing = (verb: Write, kind: ResourceKind, object: KubeObject): Promise<KubeObject> =>
    asking(`${verb} ${keyOf(kind, refOf(object))}`, () => {
      client.refuse(verb, kind, object);
      const existing = objects.get(keyOf(kind, refOf(object)));
      return save(memory, kind, client.complete(WRITES[verb](object, existing)));
    });
  const client: MemoryClient = {
    requests,
    refuse: () => undefined,
    complete: (object) => object,
    put: (kind, object) => save(memory, kind, object),
    stored: (kind, ref) => objects.get(keyOf(kind, ref)),
    get: (kind, ref) => asking(`get ${keyOf(kind, ref)}`, () => objects.get(keyOf(kind, ref))),
    list: (kind, _scope, onPage) =>
      asking(`list ${kind.kind}`, () => {
        onPage([...objects.values()].filter((object) => object.kind === kind.kind));
        return String(memory.version);
      }),
    watch: () => Promise.reject(new Error('a memory client does not watch')),
    apply: (kind, object, options) => {
      const isStatusOfNone = options?.subresource === 'status' && !objects.has(keyOf(kind, refOf(object)));
      return isStatusOfNone ? Promise.reject(refusal(404, 'NotFound')) : writing('apply', kind, object);
    },
    create: (kind, object) => writing('create', kind, object),
    replace: (kind, object) => writing('replace', kind, object),
    delete: (kind, ref, uid) =>
      asking(`delete ${keyOf(kind, ref)}`, () => remove(memory, keyOf(kind, ref), uid)),
  };
  return client;
}

export function refusal(status: number, reason: string, message = reason): KubeApiError {
  return new KubeApiError('test', { status, reason, message });
}

interface Memory {
  readonly objects: Map<string, KubeObject>;
  readonly requests: string[];
  version: number;
}

const WRITES: Readonly<Record<Write, (object: KubeObject, existing?: KubeObject) => KubeObject>> = {
  apply: (object, existing) => (existing === undefined ? object : mergeObjects(existing, object)),
  create(object, existing) {
    if (existing !== undefined) throw refusal(409, 'AlreadyExists');
    return object;
  },
  replace(object, existing) {
    if (existing === undefined) throw refusal(404, 'NotFound');
    const isCurrent = existing.metadata.resourceVersion === object.metadata.resourceVersion;
    if (!isCurrent) throw refusal(409, 'Conflict');
    return object;
  },
};

function save(memory: Memory, kind: ResourceKind, object: KubeObject): KubeObject {
  const key = keyOf(kind, refOf(object));
  const resourceVersion = String((memory.version += 1));
  const { uid = `uid-${resourceVersion}` } = memory.objects.get(key)?.metadata ?? {};
  const saved = { ...object, metadata: { uid, ...object.metadata, resourceVersion } };
  memory.objects.set(key, saved);
  return saved;
}

function remove({ objects }: Memory, key: string, uid: string | undefined): boolean {
  const existing = objects.get(key);
  if (existing === undefined) return false;
  if (uid !== undefined && existing.metadata.uid !== uid) throw refusal(409, 'Conflict');
  return objects.delete(key);
}

function keyOf({ kind }: ResourceKind, ref: ObjectRef): string {
  return `${kind} ${refText(ref)}`;
}
