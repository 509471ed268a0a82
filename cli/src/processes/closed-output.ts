import { systemErrorCode } from '@omnia-policy/service';

/** Aborts when nobody reads stdout or stderr any more, as under `| head -1`: no reason for a stack trace. */
export function closedOutput(): AbortController {
  const closed = new AbortController();
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error) => {
      if (systemErrorCode(error) !== 'EPIPE') throw error;
      closed.abort();
    });
  }
  return closed;
}
