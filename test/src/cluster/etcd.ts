import { join } from 'node:path';
import { startChild, type Child } from '@omnia-policy/cli';
import { requireTool } from '../tools/find-tool.js';
import { freePorts } from '../free-ports.js';

export interface Etcd {
  readonly url: string;
  readonly child: Child;
  /** Forgets all history: who asks for what was before is told that it is gone. */
  readonly compact: () => Promise<void>;
}

/** Keeps its data in a folder of its own below `folder`. */
export async function startEtcd(folder: string, onLine: (line: string) => void): Promise<Etcd> {
  const [client = 0, peer = 0] = await freePorts(2);
  const url = `http://127.0.0.1:${client}`;
  const peerUrl = `http://127.0.0.1:${peer}`;
  const args = [
    ...['--data-dir', join(folder, 'etcd'), '--unsafe-no-fsync', '--log-level', 'warn'],
    ...['--listen-client-urls', url, '--advertise-client-urls', url],
    ...['--listen-peer-urls', peerUrl, '--initial-advertise-peer-urls', peerUrl],
    ...['--initial-cluster', `default=${peerUrl}`],
  ];
  const child = startChild({
    ...{ command: requireTool('etcd'), args, env: process.env },
    ...{ stdout: 'ignore', onLine },
  });
  return { url, child, compact: () => compact(url) };
}

async function compact(url: string): Promise<void> {
  const { header } = (await post(`${url}/v3/kv/range`, { key: 'AA==', count_only: true })) as {
    header: { revision: string };
  };
  await post(`${url}/v3/kv/compaction`, { revision: header.revision, physical: true });
}

async function post(url: string, body: unknown): Promise<unknown> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new Error(`etcd answers ${response.status} to ${url}: ${text}`);
  return JSON.parse(text) as unknown;
}
