import { errorText, ServiceError } from '@omnia-policy/service';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { OperatorSettings } from './configuration.js';
import type { PlanSettings } from './plan/settings.js';
import { asRecord } from './record.js';

/** @throws ServiceError `file-unreadable` */
export async function readPlanSettings(settings: OperatorSettings): Promise<PlanSettings> {
  const { host, port } = settings.extAuthzAddress;
  const module = await readModule(settings.wasmModule);
  const defaultIssuer = await readIssuer(settings);
  return {
    systemNamespace: settings.systemNamespace,
    istioRootNamespace: settings.istioRootNamespace,
    clusterDomain: settings.clusterDomain,
    trustDomain: settings.trustDomain,
    extAuthz: {
      host,
      port,
      timeoutMs: settings.extAuthzTimeout,
      maxRequestBytes: settings.maxRequestBytes,
    },
    wasmModule: { inlineBase64: module.toString('base64'), ...imageOf(settings) },
    ...(defaultIssuer && { defaultIssuer }),
  };
}

function imageOf(settings: OperatorSettings): Pick<PlanSettings['wasmModule'], 'oci'> {
  const { wasmImage: url, wasmImageSha256: sha256, wasmPullSecret: imagePullSecret } = settings;
  if (url === undefined || sha256 === undefined) return {};
  return { oci: { url, sha256, ...(imagePullSecret !== undefined && { imagePullSecret }) } };
}

const WASM_MAGIC = Buffer.from([0x00, 0x61, 0x73, 0x6d]);

async function readModule(path: string | undefined): Promise<Buffer> {
  const file = path ?? fileURLToPath(import.meta.resolve('@omnia-policy/wasm-filter/omnia-filter.wasm'));
  const bytes = await read(file, '--wasm-module');
  if (bytes.subarray(0, 4).equals(WASM_MAGIC)) return bytes;
  throw new ServiceError(
    'file-unreadable',
    `${file} is no WebAssembly module: name another one with --wasm-module.`,
  );
}

async function readIssuer(settings: OperatorSettings): Promise<PlanSettings['defaultIssuer']> {
  const { jwtIssuer, jwtAudiences, jwksUri, jwks } = settings;
  if (jwtIssuer === undefined) return undefined;
  return {
    issuer: jwtIssuer,
    audiences: splitList(jwtAudiences),
    ...(jwksUri && { jwksUri: jwksUri.href }),
    ...(jwks !== undefined && { jwks: await readKeys(jwks) }),
  };
}

/** As a text, which is how Istio takes it. */
async function readKeys(file: string): Promise<string> {
  const text = (await read(file, '--jwks')).toString('utf8');
  try {
    if (Array.isArray(asRecord(JSON.parse(text)).keys)) return text.trim();
  } catch {
    // said below
  }
  throw new ServiceError(
    'file-unreadable',
    `${file} is no JWK set ({"keys": [...]}): name another one with --jwks.`,
  );
}

async function read(file: string, flag: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new ServiceError('file-unreadable', `${flag}: can not read ${file}: ${errorText(error)}.`, {
      cause: error,
    });
  }
}

/** `a, b` as two words; absent as none. */
export function splitList(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}
