import type { Problem } from '@omnia-policy/policy';

/** The message of a problem with its place inside the text at its path, for example `line 2, column 5: unknown variable`. */
export function problemText({ message, line, column }: Problem): string {
  if (line === undefined) return message;
  return `line ${line}, column ${column ?? 1}: ${message}`;
}
