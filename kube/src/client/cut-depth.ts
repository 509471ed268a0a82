/** Deeper than anything that programs here read, and far less than what fills a stack. */
export const MAX_LEVELS = 100;

/**
 * The same value, with null in place of what is nested deeper. The API server stores up to 10,000 levels where a schema lets
 * it, and whoever compares or writes such a value, one call inside of the other, is out of stack.
 */
export function cutDepth<T>(value: T, levels = MAX_LEVELS): T {
  return isDeeper(value, levels) ? (cut(value, levels) as T) : value;
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  const items: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  return items.some((item) => isDeeper(item, levels - 1));
}

function cut(value: unknown, levels: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (levels === 0) return null;
  if (Array.isArray(value)) return value.map((item: unknown) => cut(item, levels - 1));
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, cut(item, levels - 1)]));
}
