import {
  durationSetting,
  pathSetting,
  readConfiguration,
  stringSetting,
} from '@omnia-policy/service/program';
import type { ProgramDescription, Setting } from '@omnia-policy/service/program';
import type { JWTPayload } from 'jose';
import { developmentIssuer } from '../development-issuer.js';
import { readSigningKey } from './key-files.js';
import { signToken } from './sign-token.js';

const claimsSetting: Setting<JWTPayload> = {
  description:
    'The claims of the token, for example {"team":"support"}. iss, aud, iat and exp are added unless given.',
  placeholder: 'JSON',
  required: true,
  expected: 'a JSON object',
  parse: parseObject,
};

export const tokenSettings = {
  claims: claimsSetting,
  expiresIn: durationSetting({ description: 'How long the token is valid.', default: '1h' }),
  issuer: stringSetting({ description: 'The claim iss.', default: developmentIssuer.issuer }),
  audience: stringSetting({ description: 'The claim aud.', default: developmentIssuer.audience }),
  key: pathSetting({
    description: 'The private key to sign with, a JWK with "alg".',
    placeholder: 'FILE',
    default: developmentIssuer.privateKeyFile,
  }),
};

const description = {
  program: 'omnia-policy token',
  summary:
    "Prints a user's token (JWT), signed with the development key of the example unless --key names another.",
  variablePrefix: 'OMNIA_',
  settings: tokenSettings,
} satisfies ProgramDescription;

/** `omnia-policy token`: one line on stdout. */
export async function tokenCommand(args: readonly string[]): Promise<void> {
  const configuration = readConfiguration(description, { args, env: process.env });
  if (configuration.kind === 'help') {
    process.stdout.write(configuration.text);
    return;
  }
  const { claims, expiresIn, issuer, audience, key } = configuration.values;
  const signingKey = await readSigningKey(key);
  const token = await signToken(claims, { key: signingKey, issuer, audience, expiresInMs: expiresIn });
  process.stdout.write(`${token}\n`);
}

function parseObject(text: string): JWTPayload | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
