/** Texts of doubles as Go writes them, which is what the CEL reference engine prints. */

/** Go's `%g` with the fewest digits: `500`, `0.1`, `1e+06`, `+Inf`. */
export function shortestText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const exponent = Number(value.toExponential().split('e')[1] ?? 0);
  return exponent < -4 || exponent >= 6 ? padExponent(value.toExponential()) : plainText(value);
}

/** The fewest digits that tell the double apart, never with an exponent: `1000000000000000000000`. */
export function plainText(value: number): string {
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const [digits = '', exponentText = '0'] = Math.abs(value).toExponential().split('e');
  const exponent = Number(exponentText);
  const all = digits.replace('.', '');
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${all}`;
  const whole = all.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  const fraction = all.slice(exponent + 1);
  return fraction === '' ? sign + whole : `${sign}${whole}.${fraction}`;
}

/** Go's `%.Nf`: exact value, ties to even. */
export function fixedText(value: number, decimals: number): string {
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const magnitude = Math.abs(value);
  if (magnitude >= 1e21)
    return sign + BigInt(magnitude).toString() + (decimals > 0 ? `.${'0'.repeat(decimals)}` : '');
  const exact = magnitude.toFixed(Math.min(decimals + 30, 100));
  const cut = exact.length - Math.min(30, 100 - decimals);
  const isTie = /^50*$/.test(exact.slice(cut).replace('.', ''));
  const truncated = exact.slice(0, cut).replace(/\.$/, '');
  return sign + (isTie && /[02468]$/.test(truncated) ? truncated : magnitude.toFixed(decimals));
}

/** Go's `%.Ne`: at least two digits of exponent. */
export function scientificText(value: number, decimals: number): string {
  return (Object.is(value, -0) ? '-' : '') + padExponent(value.toExponential(decimals));
}

function padExponent(text: string): string {
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}
