import type { Pod } from '../model/objects.js';
import type { World } from '../model/world.js';

export type Labels = Readonly<Record<string, string>>;

/** Whether something with these labels is meant by a selector. */
export function isSelected(labels: Labels, selector: Labels): boolean {
  return Object.entries(selector).every(([name, value]) => labels[name] === value);
}

/** Those that take calls. */
export function selectPods(world: World, namespace: string, selector: Labels): readonly Pod[] {
  return world.pods.inNamespace(namespace).filter((pod) => !pod.hasEnded && isSelected(pod.labels, selector));
}
