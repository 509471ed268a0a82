/** Decides by its name whether a field is masked. Names are compared without regard to case, `-` and `_`. */
export type FieldMask = (name: string) => boolean;

/**
 * Credentials by their nature, masked whatever a policy says. By the end of the name, since there are more prefixes
 * than anybody could list: `x-csrf-token`, `refreshToken`, `x-goog-api-key`, `client_secret`.
 */
const credential =
  /(?:authorization|cookie|token|apikey|accesskey|privatekey|secret|password|passwd|credentials?)$/;

export function fieldMask(redactFields: readonly string[]): FieldMask {
  const masked = new Set(redactFields.map(plainName));
  return (name) => {
    const plain = plainName(name);
    return masked.has(plain) || credential.test(plain);
  };
}

function plainName(name: string): string {
  return name.toLowerCase().replace(/[-_]/g, '');
}
