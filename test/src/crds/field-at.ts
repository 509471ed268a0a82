/** `rules[2].deny.cel` as steps: `rules`, 2, `deny`, `cel`. `[]` is the first item. */
function stepsOf(path: string): (string | number)[] {
  const steps = path.matchAll(/\[(?<index>\d*)\]|[^.[]+/g);
  return Array.from(steps, ({ 0: step, groups }) =>
    groups?.index === undefined ? step : Number(groups.index),
  );
}

type Container = Record<string | number, unknown>;

/** What is at the path; of a list, its first item. */
export function fieldAt(value: unknown, path: string): unknown {
  return stepsOf(path).reduce<unknown>((inner, step) => (inner as Container | undefined)?.[step], value);
}

/** A copy with something else at the path. Undefined takes it away. */
export function withFieldAt(value: unknown, path: string, field: unknown): unknown {
  const steps = stepsOf(path);
  const last = steps.pop();
  if (last === undefined) return field;
  const copy = structuredClone(value);
  const holder = steps.reduce<unknown>((inner, step) => (inner as Container)[step], copy) as Container;
  if (field === undefined && Array.isArray(holder)) holder.splice(Number(last), 1);
  else if (field === undefined) Reflect.deleteProperty(holder, last);
  else holder[last] = field;
  return copy;
}
