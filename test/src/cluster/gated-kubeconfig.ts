import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import type { ApiServer } from './api-server.js';
import type { TcpGate } from './tcp-gate.js';

/** Path of the server's kubeconfig, leading through the gate. */
export function gatedKubeconfig(t: Test, server: ApiServer, gate: TcpGate): string {
  const text = readFileSync(server.kubeconfig, 'utf8');
  const folder = mkdtempSync(join(tmpdir(), 'omnia-gate-'));
  t.teardown(() => {
    rmSync(folder, { recursive: true });
  });
  const path = join(folder, 'kubeconfig');
  writeFileSync(path, text.replaceAll(new URL(server.url).host, `127.0.0.1:${gate.port}`));
  return path;
}
