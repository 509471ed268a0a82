import { refText, type ObjectRef } from '@omnia-policy/kube';
import { compareText } from '@omnia-policy/policy';

/** The same order everywhere and always, so that equal worlds give equal plans. */
export { compareText };

export function byRef(a: { readonly ref: ObjectRef }, b: { readonly ref: ObjectRef }): number {
  return compareText(a.ref.namespace, b.ref.namespace) || compareText(a.ref.name, b.ref.name);
}

/** Sorted, each once. */
export function distinctTexts(texts: Iterable<string>): readonly string[] {
  return [...new Set(texts)].sort(compareText);
}

/** Sorted, each once. */
export function distinctRefs<T extends ObjectRef>(refs: Iterable<T>): readonly T[] {
  const known = new Map<string, T>();
  for (const ref of refs) known.set(refText(ref), ref);
  return [...known.values()].sort((a, b) => byRef({ ref: a }, { ref: b }));
}
