import { fileURLToPath } from 'node:url';

const folder = new URL('../../manifests/examples/development-key/', import.meta.url);

/** What `omnia-policy` trusts and signs with unless told otherwise. The private key is public knowledge. */
export const developmentIssuer = {
  jwksFile: fileURLToPath(new URL('jwks.json', folder)),
  privateKeyFile: fileURLToPath(new URL('private-key.json', folder)),
  issuer: 'https://issuer.example',
  audience: 'customer-tools',
} as const;
