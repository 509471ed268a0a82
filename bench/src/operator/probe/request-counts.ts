/** Requests to the API server by `verb Kind`. */
export type RequestCounts = ReadonlyMap<string, number>;

/** These go on all the time: who leads, and what is in force. */
const HEARTBEATS = ['Lease', 'Secret', 'ValidatingWebhookConfiguration'];

/** @param opsUrl of a program whose metrics are served there */
export async function readRequestCounts(opsUrl: string): Promise<RequestCounts> {
  const response = await fetch(`${opsUrl}/metrics`);
  const series = (await response.text()).matchAll(
    /^omnia_kube_requests_total\{verb="(\w+)",kind="(\w+)"\} (\d+)$/gm,
  );
  return new Map(
    [...series]
      .filter(([, verb, kind = '']) => verb !== 'watch' && !HEARTBEATS.includes(kind))
      .map(([, verb = '', kind = '', count]) => [`${verb} ${kind}`, Number(count)]),
  );
}

/** What came since. */
export function countsSince(before: RequestCounts, after: RequestCounts): RequestCounts {
  return new Map(
    [...after]
      .map(([key, count]) => [key, count - (before.get(key) ?? 0)] as const)
      .filter(([, count]) => count > 0),
  );
}

/** All whose verb is this one. */
export function countOf(counts: RequestCounts, verb: string): number {
  return [...counts].reduce((sum, [key, count]) => (key.startsWith(`${verb} `) ? sum + count : sum), 0);
}
