/** Enough to keep the API server busy, and less than it takes from one caller. */
const CONCURRENCY = 24;

/** Does something for each item, a number of them at once, begun in order. Rejects with the first failure. */
export async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const rest = items.values();
  const worker = async (): Promise<void> => {
    for (const item of rest) await work(item);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
}
