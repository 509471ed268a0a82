import { requireTool } from '../tools/find-tool.js';
import type { ApiServer } from './api-server.js';

/** Applies every file of a folder (or one file) of CustomResourceDefinitions and waits until their kinds are served. */
export async function installCrds(server: ApiServer, path: string): Promise<void> {
  const files = ['-f', path];
  const established = ['wait', '--for', 'condition=Established', '--timeout', '60s'];
  for (const args of [
    ['apply', '--server-side', ...files],
    [...established, ...files],
  ]) {
    const { code, stderr } = await server.kubectl(args);
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
  }
}

/** Istio's own, of the version that the test tools are built from; a folder. */
export function istioCrds(): string {
  return requireTool('istio-crds');
}

/** Those of the Gateway API that this Istio knows; a folder. */
export function gatewayApiCrds(): string {
  return requireTool('gateway-api-crds');
}
