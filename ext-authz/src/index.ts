import { fileURLToPath } from 'node:url';

/**
 * Flags of Node for the program. Each call leaves short-lived objects behind; with room for 64 MiB of them fewer are
 * copied by the collector. Measured with 200 calls in flight: 7 % less CPU for a Check, and 300 MB of memory in
 * place of 214 MB for each worker; with 16 calls in flight nothing is gained.
 */
export const extAuthzNodeFlags = ['--max-semi-space-size=64'] as const;

/** Path of the program, for those who start it as a process of its own. */
export const extAuthzPath = fileURLToPath(new URL('../bin/omnia-ext-authz.js', import.meta.url));
