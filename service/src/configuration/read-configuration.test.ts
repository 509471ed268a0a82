import t from 'tap';
import { ServiceError } from '../errors.js';
import { readConfiguration } from './read-configuration.js';
import {
  addressSetting,
  booleanSetting,
  choiceSetting,
  durationSetting,
  integerSetting,
  pathSetting,
  urlSetting,
} from './setting.js';

const description = {
  program: 'example',
  summary: 'Shows settings.',
  variablePrefix: 'OMNIA_',
  settings: {
    policies: pathSetting({ placeholder: 'DIR', required: true, description: 'The folder.' }),
    extAuthz: addressSetting({ default: '127.0.0.1:9191', description: 'Where to listen.' }),
    workers: integerSetting({ default: '1', minimum: 1, maximum: 8, description: 'How many.' }),
    expiresIn: durationSetting({ default: '1h', description: 'How long.' }),
    unmatched: choiceSetting({ default: 'allow', choices: ['allow', 'deny'], description: 'What then.' }),
    upstream: urlSetting({ description: 'Where to.' }),
    quiet: booleanSetting({ description: 'Say less.' }),
    color: booleanSetting({ default: 'true', description: 'In colour.' }),
  },
};

function read(args: readonly string[], env: Record<string, string> = { OMNIA_POLICIES: 'p' }) {
  const configuration = readConfiguration(description, { args, env });
  if (configuration.kind !== 'values') throw new Error('help was not asked for');
  return configuration.values;
}

t.test('defaults, variables and flags give typed values', (t) => {
  t.strictSame(read([]), {
    policies: 'p',
    extAuthz: { host: '127.0.0.1', port: 9191 },
    workers: 1,
    expiresIn: 3_600_000,
    unmatched: 'allow',
    upstream: undefined,
    quiet: false,
    color: true,
  });
  const given = read(
    [
      '--ext-authz',
      '[::1]:0',
      '--workers=3',
      '--quiet',
      '--no-color',
      '--upstream',
      'http://a:1/x',
      '--unmatched=deny',
    ],
    { OMNIA_POLICIES: 'p', OMNIA_WORKERS: '7', OMNIA_EXPIRES_IN: '1h30m', OMNIA_UNMATCHED: 'allow' },
  );
  t.match(given, {
    extAuthz: { host: '::1', port: 0 },
    workers: 3,
    expiresIn: 5_400_000,
    quiet: true,
    color: false,
    unmatched: 'deny',
  });
  t.equal(given.upstream?.href, 'http://a:1/x');
  t.end();
});

t.test('an empty variable counts as absent, and unknown variables are left alone', (t) => {
  t.match(read([], { OMNIA_POLICIES: 'p', OMNIA_WORKERS: '', OMNIA_EXT_AUTHZ_SERVICE_HOST: '10.0.0.1' }), {
    workers: 1,
  });
  t.end();
});

interface Refusal {
  readonly when: string;
  readonly args: readonly string[];
  readonly env?: Record<string, string>;
  readonly code: string;
  readonly says: readonly string[];
}

const refusals: readonly Refusal[] = [
  {
    when: 'a flag is unknown',
    args: ['--nope', '1'],
    code: 'unknown-flag',
    says: ['--nope', 'example --help'],
  },
  {
    when: 'a negated flag is no switch',
    args: ['--no-workers'],
    code: 'unknown-flag',
    says: ['--no-workers'],
  },
  { when: 'a short flag is unknown', args: ['-x'], code: 'unknown-flag', says: ['-x'] },
  { when: 'an argument is left over', args: ['extra'], code: 'unknown-flag', says: ['"extra"'] },
  {
    when: 'a flag is given twice',
    args: ['--workers', '1', '--workers=2'],
    code: 'invalid-setting',
    says: ['twice'],
  },
  {
    when: 'a flag has no value',
    args: ['--workers'],
    code: 'invalid-setting',
    says: ['--workers N', 'from 1 to 8'],
  },
  {
    when: 'another flag stands where the value should',
    args: ['--policies', '--workers'],
    code: 'invalid-setting',
    says: ['--policies DIR'],
  },
  {
    when: 'a number is out of bounds',
    args: ['--workers', '9'],
    code: 'invalid-setting',
    says: ['"9"', '--workers', 'OMNIA_WORKERS', 'from 1 to 8'],
  },
  {
    when: 'a number in a variable is not whole',
    args: [],
    env: { OMNIA_POLICIES: 'p', OMNIA_WORKERS: '1.5' },
    code: 'invalid-setting',
    says: ['"1.5"', 'variable OMNIA_WORKERS', '--workers'],
  },
  {
    when: 'a port is too large',
    args: ['--ext-authz=a:65536'],
    code: 'invalid-setting',
    says: ['a:65536', '65535'],
  },
  {
    when: 'an address has no port',
    args: ['--ext-authz=localhost'],
    code: 'invalid-setting',
    says: ['localhost'],
  },
  {
    when: 'a duration has no unit',
    args: ['--expires-in', '60'],
    code: 'invalid-setting',
    says: ['"60"', '1h30m'],
  },
  {
    when: 'a word is none of the choices',
    args: ['--unmatched=no'],
    code: 'invalid-setting',
    says: ['allow, deny'],
  },
  {
    when: 'a URL is of another kind',
    args: ['--upstream=ftp://x'],
    code: 'invalid-setting',
    says: ['http://'],
  },
  {
    when: 'a switch has a strange value',
    args: ['--quiet=maybe'],
    code: 'invalid-setting',
    says: ['true or false'],
  },
  {
    when: 'a required setting is missing',
    args: [],
    env: {},
    code: 'missing-setting',
    says: ['--policies', 'OMNIA_POLICIES', 'The folder.'],
  },
];

for (const { when, args, env, code, says } of refusals) {
  t.test(`refuses when ${when}`, (t) => {
    try {
      read(args, env);
      t.fail('was accepted');
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      t.equal(error.code, code);
      for (const part of says) t.ok(error.message.includes(part), `"${error.message}" holds ${part}`);
    }
    t.end();
  });
}

t.test('help names every flag, its variable and its default', (t) => {
  const help = readConfiguration(description, { args: ['--help'], env: {} });
  if (help.kind !== 'help') throw new Error('no help');
  for (const part of [
    '--ext-authz HOST:PORT',
    'OMNIA_EXT_AUTHZ, default 127.0.0.1:9191',
    '--policies DIR',
    'required',
  ]) {
    t.ok(help.text.includes(part), part);
  }
  t.end();
});
