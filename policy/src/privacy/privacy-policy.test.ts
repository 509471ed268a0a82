import t from 'tap';
import { compilePolicySet } from '../compile-policy-set.js';
import type { Problem } from '../resources/problem.js';
import { parseResource, API_VERSION } from '../resources/resource.js';
import { parsePrivacyPolicySpec, type PrivacyPolicySpec } from './privacy-policy.js';

type Fields = Record<string, unknown>;

const KEY = {
  enabled: true,
  kmsProvider: 'aws-kms',
  keyID: 'arn:aws:kms:us-east-1:123456789012:key/mrk-abc',
};

const withRecording = (fields: Fields): Fields => ({ recording: { enabled: true, ...fields } });
const withPii = (pii: Fields): Fields => withRecording({ pii });
const withEncryption = (fields: Fields): Fields => ({
  ...withRecording({}),
  encryption: { ...KEY, ...fields },
});

function specOf(value: unknown): PrivacyPolicySpec | undefined {
  const parsed = parsePrivacyPolicySpec(value);
  return parsed.ok ? parsed.spec : undefined;
}

function problemsOf(value: unknown): readonly Problem[] {
  const parsed = parsePrivacyPolicySpec(value);
  return parsed.ok ? [] : parsed.problems;
}

t.test('defaults', (t) => {
  t.strictSame(specOf({ recording: { enabled: true } }), {
    recording: {
      enabled: true,
      facadeData: false,
      richData: false,
      pii: { redact: false, encrypt: false, patterns: [], strategy: 'replace' },
    },
    retention: { facade: {}, richData: {} },
    userOptOut: { enabled: false, honorDeleteRequests: false },
    encryption: { enabled: false },
    auditLog: { enabled: false },
  });
  t.end();
});

t.test('everything that can be set', (t) => {
  const spec = {
    recording: {
      enabled: true,
      facadeData: true,
      richData: true,
      pii: { redact: true, encrypt: true, patterns: ['email', 'custom:^[A-Z]{2}\\d{6}$'], strategy: 'mask' },
    },
    retention: { facade: { warmDays: 90 }, richData: { warmDays: 0, coldDays: 365 } },
    userOptOut: { enabled: true, honorDeleteRequests: true, deleteWithinDays: 30 },
    encryption: {
      ...KEY,
      secretRef: { name: 'aws-kms-credentials' },
      keyRotation: { enabled: true, schedule: '0 0 1 * *', reEncryptExisting: true, batchSize: 1000 },
    },
    auditLog: { enabled: true, retentionDays: 365 },
  };
  t.strictSame(specOf(spec), {
    ...spec,
    recording: {
      ...spec.recording,
      pii: {
        ...spec.recording.pii,
        patterns: [{ kind: 'email' }, { kind: 'custom', regex: '^[A-Z]{2}\\d{6}$' }],
      },
    },
    encryption: {
      ...KEY,
      secretName: 'aws-kms-credentials',
      keyRotation: spec.encryption.keyRotation,
    },
  });
  t.end();
});

t.test('redaction without a list of patterns looks for all built-in ones', (t) => {
  const all = ['ssn', 'credit_card', 'phone_number', 'email', 'ip_address'].map((kind) => ({ kind }));
  t.same(specOf(withPii({ redact: true }))?.recording.pii.patterns, all);
  t.same(specOf(withPii({ redact: true, patterns: [] }))?.recording.pii.patterns, all);
  t.same(specOf(withPii({ redact: false }))?.recording.pii.patterns, []);
  t.end();
});

t.test('a key beside disabled encryption is checked and not used', (t) => {
  t.strictSame(specOf(withEncryption({ enabled: false }))?.encryption, { enabled: false });
  t.match(problemsOf(withEncryption({ enabled: false, kmsProvider: 'my-kms' }))[0], { code: 'not-allowed' });
  t.end();
});

t.test('the rotation of a key has defaults', (t) => {
  t.match(specOf(withEncryption({}))?.encryption, {
    keyRotation: { enabled: false, reEncryptExisting: false, batchSize: 100 },
  });
  t.end();
});

t.test('what an author can get wrong', (t) => {
  const retention = (facade: Fields): Fields => ({ ...withRecording({}), retention: { facade } });
  const optOut = (days: unknown): Fields => ({
    ...withRecording({}),
    userOptOut: { deleteWithinDays: days },
  });
  const audit = (auditLog: Fields): Fields => ({ ...withRecording({}), auditLog });
  const rotation = (keyRotation: Fields): Fields => withEncryption({ keyRotation });
  const patterns = (...list: unknown[]): Fields => withPii({ redact: true, patterns: list });
  const cases: [name: string, spec: unknown, path: string, code: string][] = [
    ['no spec', undefined, 'spec', 'missing-field'],
    ['no recording', {}, 'spec.recording', 'missing-field'],
    ['recording without enabled', { recording: {} }, 'spec.recording.enabled', 'missing-field'],
    ['enabled as text', withRecording({ enabled: 'yes' }), 'spec.recording.enabled', 'wrong-type'],
    ['a mistyped field', withRecording({ richdata: true }), 'spec.recording.richdata', 'unknown-field'],
    ['an unknown pattern', patterns('email', 'emial'), 'spec.recording.pii.patterns[1]', 'not-allowed'],
    ['a bad expression', patterns('custom:[a'), 'spec.recording.pii.patterns[0]', 'not-allowed'],
    ['a look-ahead', patterns('custom:a(?=b)'), 'spec.recording.pii.patterns[0]', 'not-allowed'],
    ['an empty expression', patterns('custom:'), 'spec.recording.pii.patterns[0]', 'not-allowed'],
    ['one that matches nothing', patterns('custom:a*'), 'spec.recording.pii.patterns[0]', 'not-allowed'],
    [
      'one too long',
      patterns(`custom:${'a'.repeat(513)}`),
      'spec.recording.pii.patterns[0]',
      'out-of-bounds',
    ],
    ['one too large', patterns('custom:(a{1000}){1000}'), 'spec.recording.pii.patterns[0]', 'not-allowed'],
    [
      '65 patterns',
      patterns(...Array<string>(65).fill('ssn')),
      'spec.recording.pii.patterns',
      'out-of-bounds',
    ],
    ['an unknown strategy', withPii({ strategy: 'drop' }), 'spec.recording.pii.strategy', 'not-allowed'],
    ['encrypting without a key', withPii({ encrypt: true }), 'spec.recording.pii.encrypt', 'not-allowed'],
    ['negative days', retention({ warmDays: -1 }), 'spec.retention.facade.warmDays', 'out-of-bounds'],
    ['half a day', retention({ coldDays: 0.5 }), 'spec.retention.facade.coldDays', 'wrong-type'],
    ['days as text', retention({ coldDays: '5' }), 'spec.retention.facade.coldDays', 'wrong-type'],
    ['days beyond dates', retention({ warmDays: 36_501 }), 'spec.retention.facade.warmDays', 'out-of-bounds'],
    ['deletion within no day', optOut(0), 'spec.userOptOut.deleteWithinDays', 'out-of-bounds'],
    [
      'audit for no day',
      audit({ enabled: true, retentionDays: 0 }),
      'spec.auditLog.retentionDays',
      'out-of-bounds',
    ],
    ['audit without enabled', audit({ retentionDays: 9 }), 'spec.auditLog.enabled', 'missing-field'],
    ['no provider', withEncryption({ kmsProvider: null }), 'spec.encryption.kmsProvider', 'missing-field'],
    ['no key', withEncryption({ keyID: null }), 'spec.encryption.keyID', 'missing-field'],
    ['an empty key', withEncryption({ keyID: '' }), 'spec.encryption.keyID', 'out-of-bounds'],
    ['a blank in a key', withEncryption({ keyID: 'a b' }), 'spec.encryption.keyID', 'not-allowed'],
    [
      'an unknown provider',
      withEncryption({ kmsProvider: 'pkcs11' }),
      'spec.encryption.kmsProvider',
      'not-allowed',
    ],
    [
      'encryption without enabled',
      withEncryption({ enabled: null }),
      'spec.encryption.enabled',
      'missing-field',
    ],
    [
      'a secret without name',
      withEncryption({ secretRef: {} }),
      'spec.encryption.secretRef.name',
      'missing-field',
    ],
    [
      'a bad schedule',
      rotation({ schedule: '0 25 * * *' }),
      'spec.encryption.keyRotation.schedule',
      'not-allowed',
    ],
    [
      'an empty schedule',
      rotation({ schedule: '' }),
      'spec.encryption.keyRotation.schedule',
      'out-of-bounds',
    ],
    ['batches of none', rotation({ batchSize: 0 }), 'spec.encryption.keyRotation.batchSize', 'out-of-bounds'],
    [
      'batches of 1001',
      rotation({ batchSize: 1001 }),
      'spec.encryption.keyRotation.batchSize',
      'out-of-bounds',
    ],
  ];
  for (const [name, spec, path, code] of cases) {
    const problems = problemsOf(spec);
    t.match(problems[0], { path, code }, name);
    t.equal(problems.length, 1, `${name}: only that`);
  }
  t.end();
});

t.test('the messages of what is missing say when it is needed', (t) => {
  const [provider, key] = problemsOf({ ...withRecording({}), encryption: { enabled: true } });
  t.equal(provider?.message, 'kmsProvider is required when encryption is enabled');
  t.equal(key?.message, 'keyID is required when encryption is enabled');
  t.end();
});

t.test('patterns that are large together are refused before they cost seconds', (t) => {
  const large = Array.from({ length: 64 }, (_, i) => `custom:(x{9}[a-z]{90}\\pL{90}){9}${i}`);
  const problems = problemsOf(withPii({ redact: true, patterns: large }));
  t.match(problems[0]?.message, /too large/);
  t.end();
});

t.test('as a document, with its metadata', (t) => {
  const document = { apiVersion: API_VERSION, kind: 'SessionPrivacyPolicy', metadata: { name: 'strict' } };
  t.match(parseResource({ ...document, spec: withRecording({}) }), {
    ok: true,
    resource: { kind: 'SessionPrivacyPolicy', metadata: { name: 'strict', namespace: 'default' } },
  });
  t.match(parseResource({ ...document, spec: withPii({ patterns: ['x'] }) }), {
    ok: false,
    problems: [{ path: 'spec.recording.pii.patterns[0]' }],
  });
  t.end();
});

t.test('in a folder of policies its problems are told, and it decides nothing', (t) => {
  const document = {
    ...{ apiVersion: API_VERSION, kind: 'SessionPrivacyPolicy', metadata: { name: 'strict' } },
    spec: withPii({ patterns: ['x'] }),
  };
  const { entries, needs } = compilePolicySet([{ origin: 'a.yaml', value: document }], { revision: '1' });
  t.match(entries, [
    {
      name: 'strict',
      phase: 'Error',
      enforced: 'nothing',
      problems: [{ path: 'spec.recording.pii.patterns[0]' }],
    },
  ]);
  t.same(needs, compilePolicySet([], { revision: '2' }).needs);
  t.end();
});
