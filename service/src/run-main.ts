import { ServiceError } from './errors.js';

/**
 * Runs a program's main function. A ServiceError ends the process with exit code 1 and one line on stderr; anything
 * else is a bug and ends it with Node's own report.
 */
export function runMain(program: string, main: () => Promise<void>): void {
  main().catch((error: unknown) => {
    if (!(error instanceof ServiceError)) throw error;
    process.stderr.write(`${program}: ${error.message} [${error.code}]\n`);
    process.exit(1);
  });
}
