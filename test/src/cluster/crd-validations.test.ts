import t from 'tap';
import { FULL_SPECS } from '../crds/full-specs.js';
import { fieldAt, withFieldAt } from '../crds/field-at.js';
import { policyObject } from '../crds/parser-verdict.js';
import { CRD_FOLDER, nodesOf, policyDefinitions } from '../crds/policy-schemas.js';
import { missingTools } from '../tools/find-tool.js';
import { startApiServer } from './api-server.js';
import { installCrds } from './crds.js';
import { dryRunIn } from './dry-run.js';

/** Values of a field (see `fieldAt`): refused with exactly this message, and taken. */
interface Example {
  readonly refused: unknown;
  readonly taken: unknown;
}

const NAME = 'must be one name without blanks, commas or *';
const NAME_IN_LIST = `${NAME}; to mean all of them, leave the list out`;
const name: Example = { refused: 'a, b', taken: 'a/b:c' };

/** Per kind, by field and message. */
const EXAMPLES: Readonly<Record<string, Readonly<Record<string, Example>>>> = {
  AgentPolicy: {
    [`selector.agents[]: ${NAME_IN_LIST}`]: name,
    'claimMapping.forwardClaims: each header may stand once; case makes no difference': {
      refused: [
        { claim: 'a', header: 'X-Omnia-Claim-Team' },
        { claim: 'b', header: 'X-Omnia-Claim-TEAM' },
      ],
      taken: [
        { claim: 'a', header: 'X-Omnia-Claim-Team' },
        { claim: 'b', header: 'X-Omnia-Claim-Group' },
      ],
    },
    'claimMapping.forwardClaims[].claim: must be a claim name of at most 32 parts without control characters':
      {
        refused: 'a\tb',
        taken: 'https://example.com/org.team',
      },
    'claimMapping.forwardClaims[].header: must be X-Omnia-Claim- followed by letters, digits and -': {
      refused: 'X-Team',
      taken: 'X-Omnia-Claim-Team-2',
    },
    [`toolAccess.rules[].registry: ${NAME}`]: name,
  },
  ToolPolicy: {
    [`selector.registry: ${NAME}`]: name,
    [`selector.tools[]: ${NAME_IN_LIST}`]: name,
    'requiredClaims: each claim may stand once; case, and - or _, make no difference': {
      refused: [
        { claim: 'Customer-Id', message: 'm' },
        { claim: 'customer_id', message: 'm' },
      ],
      taken: [
        { claim: 'Customer-Id', message: 'm' },
        { claim: 'Customer', message: 'm' },
      ],
    },
    'requiredClaims[].claim: must be the rest of an X-Omnia-Claim- header name: letters, digits, - and _': {
      refused: 'org.team',
      taken: 'Org_Team-1',
    },
    'rules: each rule name may stand once': {
      refused: [rule('a'), rule('b'), rule('a')],
      taken: [rule('a'), rule('b'), rule('A')],
    },
    'headerInjection: each header may stand once; case, and - or _, make no difference': {
      refused: [
        { header: 'X-Team', value: '1' },
        { header: 'x_team', value: '2' },
      ],
      taken: [
        { header: 'X-Team', value: '1' },
        { header: 'X-Teams', value: '' },
      ],
    },
    'headerInjection[]: must have exactly one of value and cel': {
      refused: { header: 'X-Team', value: 'a', cel: '"a"' },
      taken: { header: 'X-Team', cel: '"a"' },
    },
    'headerInjection[].header: must be a header name: letters, digits and the signs of an RFC 9110 token': {
      refused: 'X Team',
      taken: "X!#$%&'*+.^_`|~-1",
    },
    'headerInjection[].header: may not be injected: it belongs to the transport or to the mesh': {
      refused: 'X_Omnia-Claim-Team',
      taken: 'Authorization',
    },
    'headerInjection[].value: must be a header value: no control characters, no blanks at the ends': {
      refused: 'a\r\nb: c',
      taken: 'a b\u00e9',
    },
  },
  SessionPrivacyPolicy: {
    ': recording.pii.encrypt needs a key - set encryption.enabled, kmsProvider and keyID': {
      refused: { recording: { enabled: true, pii: { encrypt: true } } },
      taken: { recording: { enabled: true, pii: { encrypt: false } } },
    },
    'recording.pii.patterns[]: unknown PII pattern: expected ssn, credit_card, phone_number, email, ip_address or custom:<regular expression>':
      { refused: 'iban', taken: 'ip_address' },
    'recording.pii.patterns[]: the regular expression must not match the empty text, which would stand everywhere':
      { refused: 'custom:[A-Z]*', taken: 'custom:[A-Z]+' },
    'encryption: kmsProvider is required when encryption is enabled': {
      refused: { enabled: true, keyID: 'k' },
      taken: { enabled: true, keyID: 'k', kmsProvider: 'gcp-kms' },
    },
    'encryption: keyID is required when encryption is enabled': {
      refused: { enabled: true, kmsProvider: 'aws-kms' },
      taken: { enabled: true, kmsProvider: 'aws-kms', keyID: 'k' },
    },
    'encryption.keyID: must be the key as its provider names it, without blanks': {
      refused: 'my key',
      taken: 'projects/p/locations/global/keyRings/r/cryptoKeys/k',
    },
    'encryption.secretRef.name: must be a DNS name: lower-case letters, digits, - and .': {
      refused: 'Vault_Token',
      taken: 'vault.token-1',
    },
    'encryption.keyRotation.schedule: must have the five fields of a cron schedule, for example 0 0 1 * *': {
      refused: '@monthly',
      taken: '30 2 1,15 jan-jun MON',
    },
  },
};

function rule(ruleName: string): unknown {
  return { name: ruleName, deny: { cel: 'true', message: 'm' } };
}

/** A rule of a definition, as EXAMPLES name it. */
interface Validation {
  readonly key: string;
  readonly path: string;
  readonly message: string;
}

const definitions = policyDefinitions().map((definition) => ({
  ...definition,
  validations: nodesOf(definition.spec).flatMap(({ path, schema }) =>
    (schema['x-kubernetes-validations'] ?? []).map(({ message }): Validation => ({
      key: `${path}: ${message}`,
      path,
      message,
    })),
  ),
}));

t.test('there is an example for every validation rule', (t) => {
  for (const { kind, validations } of definitions) {
    t.same(validations.map(({ key }) => key).sort(), Object.keys(EXAMPLES[kind] ?? {}).sort(), kind);
  }
  t.end();
});

t.test('validation rules', { skip: missingTools('etcd', 'kube-apiserver', 'kubectl') }, async (t) => {
  const server = await startApiServer(t);
  await installCrds(server, CRD_FOLDER);
  await server.createNamespace('production');
  const dryRun = dryRunIn(server, 'production');
  t.teardown(() => {
    dryRun.close();
  });
  for (const { kind, plural, validations } of definitions) {
    for (const { key, path, message } of validations) {
      t.test(`${kind} ${key}`, async (t) => {
        const example = EXAMPLES[kind]?.[key];
        const full = FULL_SPECS[kind]?.find((spec) => fieldAt(spec, path) !== undefined);
        const create = (value: unknown): ReturnType<typeof dryRun.create> =>
          dryRun.create(plural, policyObject(kind, withFieldAt(full, path, value)));
        const refused = await create(example?.refused);
        t.notOk(refused.isAccepted);
        t.ok(refused.message.includes(message), refused.message);
        t.equal(refused.message.match(/Invalid value/g)?.length, 1, `only that: ${refused.message}`);
        const taken = await create(example?.taken);
        t.equal(taken.message, '');
      });
    }
  }

  t.test('a pattern that is no RE2 pattern is refused with what is wrong with it', async (t) => {
    const spec = { recording: { enabled: true, pii: { patterns: ['custom:[a'] } } };
    const { message } = await dryRun.create(
      'sessionprivacypolicies',
      policyObject('SessionPrivacyPolicy', spec),
    );
    t.match(message, /spec\.recording\.pii\.patterns\[0\].*missing closing \]/);
  });

  t.test('a claim that is mapped twice is refused', async (t) => {
    const forwardClaims = ['A', 'B'].map((end) => ({ claim: 'team', header: `X-Omnia-Claim-${end}` }));
    const { message } = await dryRun.create(
      'agentpolicies',
      policyObject('AgentPolicy', { claimMapping: { forwardClaims } }),
    );
    t.match(message, /spec\.claimMapping\.forwardClaims\[1\]: Duplicate value/);
  });
});
