import type { EvaluationErrorCode, ProblemCode } from '@omnia-policy/policy';
import { readFileSync } from 'node:fs';
import t from 'tap';
import { serviceErrorCodes } from './errors.js';

// Records, so that a code added to a type and not here does not compile.
const problemCodes: Record<ProblemCode, true> = {
  'invalid-yaml': true,
  'unknown-kind': true,
  'missing-field': true,
  'unknown-field': true,
  'wrong-type': true,
  'out-of-bounds': true,
  'not-allowed': true,
  duplicate: true,
  'not-removed': true,
  'invalid-cel': true,
};
const evaluationErrorCodes: Record<EvaluationErrorCode, true> = {
  'no-such-key': true,
  'type-mismatch': true,
  'not-bool': true,
  'not-a-header-value': true,
  'over-budget': true,
  'body-unreadable': true,
  'evaluation-failed': true,
  'policy-not-compiled': true,
};

const page = readFileSync(new URL('../../docs/reference/errors.md', import.meta.url), 'utf8');

/** The codes in the first column of the table under a heading. */
function documented(heading: string): string[] {
  const section = page.split(/^## /m).find((part) => part.startsWith(heading)) ?? '';
  return [...section.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, code = '']) => code).sort();
}

t.test('docs/reference/errors.md lists exactly the codes that there are', (t) => {
  t.strictSame(documented('Service errors'), Object.keys(serviceErrorCodes).sort());
  t.strictSame(documented('Problems'), Object.keys(problemCodes).sort());
  t.strictSame(documented('Evaluation errors'), Object.keys(evaluationErrorCodes).sort());
  t.end();
});

t.test('docs/reference/errors.md says of service errors what the code says', (t) => {
  for (const [code, meaning] of Object.entries(serviceErrorCodes)) {
    t.ok(page.includes(`| \`${code}\` | ${meaning} |`), code);
  }
  t.end();
});
