const MILLISECONDS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A duration such as `500ms`, `30s`, `1h` or `1h30m`, in milliseconds; undefined when the text is none. */
export function parseDurationMs(text: string): number | undefined {
  if (!/^(\d+(ms|s|m|h|d))+$/.test(text)) return undefined;
  let totalMs = 0;
  for (const [, amount = '', unit = ''] of text.matchAll(/(\d+)(ms|s|m|h|d)/g)) {
    totalMs += Number(amount) * MILLISECONDS[unit as keyof typeof MILLISECONDS];
  }
  return Number.isSafeInteger(totalMs) ? totalMs : undefined;
}
