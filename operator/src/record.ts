export { asRecord } from '@omnia-policy/policy';

export function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
