import t from 'tap';
import type { AdmissionRequest } from './admission-review.js';
import { judgeAdmission } from './judge-admission.js';
import { admissionAnswer } from './verdict.js';

function toolPolicy(
  cel: string,
  metadata: Record<string, unknown> = { name: 'limits', namespace: 'production' },
) {
  return {
    apiVersion: 'omnia.altairalabs.ai/v1alpha1',
    kind: 'ToolPolicy',
    metadata,
    spec: {
      selector: { registry: 'customer-tools' },
      rules: [{ name: 'a', deny: { cel, message: 'no' } }],
    },
  };
}

const request: AdmissionRequest = {
  uid: '1',
  operation: 'CREATE',
  kind: { group: 'omnia.altairalabs.ai', version: 'v1alpha1', kind: 'ToolPolicy' },
  namespace: 'production',
  name: 'limits',
  subResource: '',
  userName: 'jane',
  object: toolPolicy('body.amount > 100.0'),
  oldObject: undefined,
};
const deletion: AdmissionRequest = {
  ...request,
  operation: 'DELETE',
  kind: { ...request.kind, kind: 'SessionPrivacyPolicy' },
  name: 'strict',
  object: undefined,
  oldObject: {},
};
const broken = toolPolicy('body.amount >\n  nothing');
const nobody = (): string[] => [];

t.test('a good policy is allowed', (t) => {
  t.strictSame(judgeAdmission(request, nobody), { allowed: true });
  t.end();
});

t.test('a broken one is refused, with path, line and column', (t) => {
  const verdict = judgeAdmission({ ...request, object: broken }, nobody);
  t.match(admissionAnswer(request, verdict), {
    response: {
      uid: '1',
      allowed: false,
      status: {
        code: 422,
        reason: 'Invalid',
        message: /^spec\.rules\[0\]\.deny\.cel: line 2, column 3: /,
        details: {
          name: 'limits',
          kind: 'ToolPolicy',
          causes: [{ field: 'spec.rules[0].deny.cel', message: /^line 2, column 3: / }],
        },
      },
    },
  });
  t.end();
});

t.test('a broken policy that is stored already can have its metadata edited, and be deleted', (t) => {
  const labelled = toolPolicy('body.amount >\n  nothing', { name: 'limits', labels: { team: 'a' } });
  const update = { ...request, operation: 'UPDATE', object: labelled, oldObject: broken } as const;
  t.equal(judgeAdmission(update, nobody).allowed, true);
  t.equal(judgeAdmission({ ...update, oldObject: toolPolicy('true') }, nobody).allowed, false);
  const gone = { ...broken, metadata: { name: 'limits', deletionTimestamp: '2026-01-01T00:00:00Z' } };
  t.equal(judgeAdmission({ ...update, object: gone, oldObject: {} }, nobody).allowed, true);
  t.equal(judgeAdmission({ ...request, operation: 'DELETE', object: undefined }, nobody).allowed, true);
  t.end();
});

t.test('a name that the API server is yet to make is no mistake', (t) => {
  const object = toolPolicy('true', { generateName: 'limits-' });
  t.equal(judgeAdmission({ ...request, name: '', object }, nobody).allowed, true);
  t.end();
});

t.test('status and other groups are left alone', (t) => {
  t.equal(judgeAdmission({ ...request, object: broken, subResource: 'status' }, nobody).allowed, true);
  const kind = { ...request.kind, group: 'apps' };
  t.equal(judgeAdmission({ ...request, object: broken, kind }, nobody).allowed, true);
  t.end();
});

t.test('a SessionPrivacyPolicy can not be deleted while someone uses it, and the answer says who', (t) => {
  t.equal(judgeAdmission(deletion, nobody).allowed, true);
  const verdict = judgeAdmission(deletion, (namespace, name) => [
    `AgentRuntime ${namespace}/support for ${name}`,
  ]);
  t.match(verdict, {
    allowed: false,
    reason: 'Forbidden',
    message: /AgentRuntime production\/support for strict/,
  });
  t.end();
});

t.test('a namespace that goes away takes its policies with it', (t) => {
  const userName = 'system:serviceaccount:kube-system:namespace-controller';
  t.equal(judgeAdmission({ ...deletion, userName }, () => ['Workspace sales']).allowed, true);
  t.end();
});

t.test('of very many problems the first fifty are told', (t) => {
  const problems = Array.from({ length: 60 }, (_, index) => ({
    path: `spec.rules[${index}]`,
    code: 'missing-field' as const,
    message: 'm',
  }));
  const answer = admissionAnswer(request, { allowed: false, reason: 'Invalid', problems });
  t.match(answer, { response: { status: { message: /and 10 more problems$/ } } });
  t.end();
});
