import { generate, type GenerateResult } from 'selfsigned';

export type Pem = Pick<GenerateResult, 'cert' | 'private'>;

/** An authority of a mesh. */
export async function authority(name: string): Promise<Pem> {
  return generate([{ name: 'commonName', value: name }], {
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true },
    ],
  });
}

/** A workload's certificate as a mesh issues it: its identities are URIs, the subject says nothing. */
export async function workloadCertificate(ca: Pem, ...identities: string[]): Promise<Pem> {
  return generate([{ name: 'commonName', value: 'workload' }], {
    ca: { key: ca.private, cert: ca.cert },
    extensions: [
      {
        name: 'subjectAltName',
        altNames: [
          ...identities.map((value) => ({ type: 6 as const, value })),
          { type: 2, value: 'localhost' },
        ],
      },
    ],
  });
}
