import { fileURLToPath } from 'node:url';

export { extAuthzProgram, readExtAuthzConfiguration, type ExtAuthzSettings } from './configuration.js';
export type { RunningExtAuthz } from './running-ext-authz.js';
export { runSingle } from './run-single.js';

/** Path of the program, for those who start it as a process of its own. */
export const extAuthzPath = fileURLToPath(new URL('../bin/omnia-ext-authz.js', import.meta.url));
