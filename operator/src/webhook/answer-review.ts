import type { IncomingMessage, ServerResponse } from 'node:http';
import { readAdmissionReview, type AdmissionRequest } from './admission-review.js';
import { readBody } from './read-body.js';
import { admissionAnswer, type Verdict } from './verdict.js';

/** An object is 1.5 MB at most (etcd), and an UPDATE carries two; written as JSON, each can be some bytes longer. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;
export const WEBHOOK_PATH = '/validate';

/** Pure and quick: the API server waits for it. */
export type Judge = (request: AdmissionRequest) => Verdict;

/** An HTTP status instead of a verdict: the API server then does what its failurePolicy says. */
interface Refusal {
  readonly status: number;
  readonly text: string;
}

/** Answers one HTTP request. @param judge undefined as long as nothing can be judged */
export async function answerReview(
  request: IncomingMessage,
  response: ServerResponse,
  judge: () => Judge | undefined,
): Promise<void> {
  const answer = await answerTo(request, judge);
  if (response.destroyed) return;
  if ('status' in answer) {
    response.writeHead(answer.status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
    response.end(`${answer.text}\n`);
    return;
  }
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(answer.body);
}

async function answerTo(
  request: IncomingMessage,
  judge: () => Judge | undefined,
): Promise<Refusal | { readonly body: string }> {
  const path = request.url?.split('?', 1)[0];
  if (path !== WEBHOOK_PATH) return { status: 404, text: `only ${WEBHOOK_PATH} is here` };
  if (request.method !== 'POST') return { status: 405, text: 'only POST is answered' };
  const read = await readReview(request);
  if ('status' in read) return read;
  const current = judge();
  if (current === undefined) return { status: 503, text: 'the caches are not filled yet' };
  return { body: JSON.stringify(admissionAnswer(read, current(read))) };
}

async function readReview(request: IncomingMessage): Promise<AdmissionRequest | Refusal> {
  let value: unknown;
  try {
    const text = await readBody(request, MAX_BODY_BYTES);
    if (text === undefined) return { status: 413, text: `more than ${MAX_BODY_BYTES} bytes` };
    value = JSON.parse(text);
  } catch (error) {
    return {
      status: 400,
      text: error instanceof SyntaxError ? 'the body is no JSON' : 'the body is cut off',
    };
  }
  const review = readAdmissionReview(value);
  return typeof review === 'string' ? { status: 400, text: review } : review;
}
