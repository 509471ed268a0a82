import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { developmentIssuer } from '@omnia-policy/cli';
import type { JwtSettings, WasmModule } from '@omnia-policy/envoy';

/** The module that ships. */
export const FILTER_MODULE: WasmModule = {
  filename: fileURLToPath(import.meta.resolve('@omnia-policy/wasm-filter/omnia-filter.wasm')),
};

/** What jwt_authn needs for the tokens of the bench. */
export function benchJwt(requirement: JwtSettings['requirement']): JwtSettings {
  const { issuer, audience, jwksFile } = developmentIssuer;
  return { issuer, audience, jwks: readFileSync(jwksFile, 'utf8'), requirement };
}
