import { isDeepStrictEqual } from 'node:util';
import { refText, type ObjectRef } from '../kube-object.js';
import type { CacheChange, ObjectCache } from '../object-cache.js';

export interface StoredObject<T> {
  readonly ref: ObjectRef;
  readonly value: T;
}

/** Objects by namespace and name. A value that equals the stored one is no change, and the stored one stays. */
export interface ObjectStore<T> extends Pick<ObjectCache<T>, 'get' | 'inNamespace' | 'all' | 'size'> {
  /** @param value undefined: there is none any more @returns what changed, if anything did */
  set(ref: ObjectRef, value: T | undefined): CacheChange<T> | undefined;
  /** These are all that there are. Returns the differences. */
  replaceAll(objects: readonly StoredObject<T>[]): readonly CacheChange<T>[];
}

type Namespaces<T> = Map<string, Map<string, T>>;

export function createObjectStore<T>(): ObjectStore<T> {
  const namespaces: Namespaces<T> = new Map<string, Map<string, T>>();
  const lists = createLists(namespaces);
  const get = ({ namespace, name }: ObjectRef): T | undefined => namespaces.get(namespace)?.get(name);
  const set = (ref: ObjectRef, after: T | undefined): CacheChange<T> | undefined => {
    const before = get(ref);
    if (isDeepStrictEqual(before, after)) return undefined;
    if (after === undefined) remove(namespaces, ref);
    else put(namespaces, ref, after);
    lists.forget(ref.namespace);
    return { ref, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
  };
  return {
    get,
    set,
    all: lists.all,
    inNamespace: lists.inNamespace,
    get size() {
      return lists.all().length;
    },
    replaceAll(objects) {
      const present = new Set(objects.map(({ ref }) => refText(ref)));
      const gone = refsOf(namespaces).filter((ref) => !present.has(refText(ref)));
      return [
        ...gone.map((ref) => set(ref, undefined)),
        ...objects.map(({ ref, value }) => set(ref, value)),
      ].filter((change) => change !== undefined);
    },
  };
}

function put<T>(namespaces: Namespaces<T>, { namespace, name }: ObjectRef, value: T): void {
  const names = namespaces.get(namespace);
  if (names) names.set(name, value);
  else namespaces.set(namespace, new Map([[name, value]]));
}

function remove(namespaces: Namespaces<unknown>, { namespace, name }: ObjectRef): void {
  const names = namespaces.get(namespace);
  names?.delete(name);
  if (names?.size === 0) namespaces.delete(namespace);
}

/** The objects as lists, made when they are asked for and kept until something changes. */
function createLists<T>(namespaces: ReadonlyMap<string, ReadonlyMap<string, T>>): {
  readonly all: () => readonly T[];
  readonly inNamespace: (namespace: string) => readonly T[];
  forget(namespace: string): void;
} {
  const known = new Map<string, readonly T[]>();
  let all: readonly T[] | undefined;
  const inNamespace = (namespace: string): readonly T[] => {
    const names = namespaces.get(namespace);
    if (!names) return [];
    const list = known.get(namespace) ?? [...names.values()];
    known.set(namespace, list);
    return list;
  };
  return {
    inNamespace,
    all: () => (all ??= [...namespaces.keys()].flatMap(inNamespace)),
    forget(namespace) {
      known.delete(namespace);
      all = undefined;
    },
  };
}

function refsOf(namespaces: ReadonlyMap<string, ReadonlyMap<string, unknown>>): ObjectRef[] {
  return [...namespaces].flatMap(([namespace, names]) =>
    [...names.keys()].map((name) => ({ namespace, name })),
  );
}
