import type { Pod } from '../model/objects.js';
import type { World } from '../model/world.js';

export type Labels = Readonly<Record<string, string>>;

/** Whether something with these labels is meant by a selector. */
export function isSelected(labels: Labels, selector: Labels): boolean {
  return Object.entries(selector).every(([name, value]) => labels[name] === value);
}

/** Those that take calls. */
export function selectPods(world: World, namespace: string, selector: Labels): readonly Pod[] {
  return candidates(world, namespace, selector).filter(
    (pod) => !pod.hasEnded && isSelected(pod.labels, selector),
  );
}

/** All with that label of the selector which the fewest have. */
function candidates({ pods }: World, namespace: string, selector: Labels): readonly Pod[] {
  const sets = Object.entries(selector).map(([name, value]) => pods.withLabel(namespace, name, value));
  const [first, ...others] = sets;
  if (first === undefined) return pods.inNamespace(namespace);
  return [...others.reduce((fewest, set) => (set.size < fewest.size ? set : fewest), first).values()];
}
