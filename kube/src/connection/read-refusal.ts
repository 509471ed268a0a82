import type { Refusal } from '../kube-api-error.js';

const NOT_FOUND = 404;
const MAX_MESSAGE = 2_000;

/**
 * What a response other than 2xx says: a `Status` object, or plain text where no handler knew the path.
 * @param retryAfter the header, in seconds
 */
export function readRefusal(status: number, text: string, retryAfter?: string): Refusal {
  const seconds = Number(retryAfter);
  const wait = retryAfter !== undefined && seconds >= 0 ? { retryAfterMs: seconds * 1_000 } : {};
  return { ...refusalOf(status, statusObject(text), text), ...wait };
}

/** What an event of type ERROR says. */
export function refusalOfEvent(object: unknown): Refusal {
  const status = asRecord(object) ?? {};
  const code = typeof status.code === 'number' ? status.code : 500;
  return refusalOf(code, status, JSON.stringify(status));
}

function refusalOf(status: number, body: Record<string, unknown> | undefined, text: string): Refusal {
  const { reason, message } = body ?? {};
  return {
    status,
    reason: typeof reason === 'string' ? reason : '',
    message: (typeof message === 'string' ? message : text.trim()).slice(0, MAX_MESSAGE),
    // A missing object is named; a missing kind is "the requested resource", or a page that nobody serves.
    isKindMissing: status === NOT_FOUND && typeof asRecord(body?.details)?.name !== 'string',
  };
}

function statusObject(text: string): Record<string, unknown> | undefined {
  try {
    const value = asRecord(JSON.parse(text));
    return value?.kind === 'Status' ? value : undefined;
  } catch {
    return undefined;
  }
}

function asRecord(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
}
