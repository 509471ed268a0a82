import { builtModule } from './filter-host.js';

interface ProbeExports {
  readonly memory: WebAssembly.Memory;
  _initialize(): void;
  probe_input(bytes: number): number;
  probe_output(): number;
  probe_json(): number;
  probe_double_text(value: number): number;
  probe_reads_as(value: number): number;
}

/** The filter's readers by themselves. */
export interface Probe {
  /** What the filter reads from a JSON document; undefined when it refuses it. */
  readonly readJson: (text: Buffer) => { readonly value: unknown } | undefined;
  /** The filter's notation of a double; undefined when it has none. */
  readonly doubleText: (value: number) => string | undefined;
  /** Whether the filter takes this JSON number for a spelling of `value`. */
  readonly readsAs: (spelling: string, value: number) => boolean;
  readonly memoryBytes: () => number;
}

export function probe(): Probe {
  const instance = new WebAssembly.Instance(builtModule('omnia-filter-probe.wasm'), {
    env: { proxy_log: () => 0, proxy_send_local_response: () => 0 },
  });
  const filter = instance.exports as unknown as ProbeExports;
  filter._initialize();
  const input = (bytes: Buffer): void => {
    const at = filter.probe_input(bytes.length);
    Buffer.from(filter.memory.buffer).set(bytes, at);
  };
  const output = (size: number): string | undefined =>
    size < 0 ? undefined : Buffer.from(filter.memory.buffer, filter.probe_output(), size).toString();
  return {
    readJson: (text) => {
      input(text);
      const dump = output(filter.probe_json());
      return dump === undefined ? undefined : { value: withTexts(JSON.parse(dump)) };
    },
    doubleText: (value) => output(filter.probe_double_text(value)),
    readsAs: (spelling, value) => {
      input(Buffer.from(spelling));
      return filter.probe_reads_as(value) === 1;
    },
    memoryBytes: () => filter.memory.buffer.byteLength,
  };
}

/** The probe writes strings as hex digits. */
function withTexts(value: unknown): unknown {
  if (typeof value === 'string') return Buffer.from(value, 'hex').toString();
  if (Array.isArray(value)) return value.map(withTexts);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([key, member]) => [withTexts(key), withTexts(member)] as const);
  return Object.fromEntries(members) as unknown;
}
