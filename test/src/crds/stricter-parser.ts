import type { Problem } from '@omnia-policy/policy';
import { fieldAt } from './field-at.js';

/** Something that the API server takes and the parser refuses; the webhook and the status report it. */
export interface Difference {
  readonly why: string;
  readonly explains: (problem: Problem, spec: unknown) => boolean;
}

/** All that there is. The other way round there is nothing: what the parser takes, the API server takes. */
export const STRICTER_PARSER: readonly Difference[] = [
  {
    why: 'a character beyond the basic plane counts as two, as in JavaScript, and as one for the API server',
    explains: ({ code, path }, spec) => {
      const text = fieldAt({ spec }, path);
      return code === 'out-of-bounds' && typeof text === 'string' && /\p{Surrogate}|[^\0-\uffff]/u.test(text);
    },
  },
  {
    why: 'the schema sees that a schedule has five words, not what they say',
    explains: ({ code, path, message }) =>
      code === 'not-allowed' && path.endsWith('.schedule') && !message.includes('expected five fields'),
  },
  {
    why: 'the parser bounds how long the regular expressions of a policy take to compile',
    explains: ({ code, path, message }) =>
      code === 'not-allowed' && path.includes('.patterns[') && message.includes('too large'),
  },
];
