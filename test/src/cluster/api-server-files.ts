import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What kube-apiserver reads from its folder. */
export interface ApiServerFiles {
  readonly adminToken: string;
  readonly tokens: string;
  readonly signingKey: string;
  readonly publicKey: string;
  /** kube-apiserver makes its own certificate here at its first start, and keeps it. */
  readonly certFolder: string;
  /** The CA of that certificate. */
  readonly caFile: string;
}

export function writeApiServerFiles(folder: string): ApiServerFiles {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const adminToken = randomBytes(16).toString('hex');
  const certFolder = join(folder, 'certificates');
  mkdirSync(certFolder);
  const write = (name: string, content: string | Buffer): string => {
    const path = join(folder, name);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  };
  return {
    adminToken,
    certFolder,
    tokens: write('tokens.csv', `${adminToken},admin,admin,system:masters\n`),
    signingKey: write('accounts.key', privateKey.export({ type: 'pkcs8', format: 'pem' })),
    publicKey: write('accounts.pub', publicKey.export({ type: 'spki', format: 'pem' })),
    caFile: join(certFolder, 'apiserver.crt'),
  };
}

export interface KubeconfigContent {
  readonly url: string;
  readonly caFile: string;
  readonly token: string;
}

/** A kubeconfig (JSON is YAML too) with one context. */
export function kubeconfigText({ url, caFile, token }: KubeconfigContent): string {
  return JSON.stringify({
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'test' },
    clusters: [{ name: 'test', cluster: { server: url, 'certificate-authority': caFile } }],
    users: [{ name: 'test', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
  });
}
