import { readFileSync } from 'node:fs';
import { HostMemory } from './host-memory.js';
import { hostcalls } from './hostcalls.js';

export type Header = readonly [name: string, value: string];

/** A request as the filter sees it, and as it leaves it. */
export interface Request {
  headers: Header[];
  trailers: Header[];
  /** Properties by path, segments joined with NUL. */
  properties: ReadonlyMap<string, Buffer>;
}

export interface LocalResponse {
  readonly status: number;
  readonly body: string;
  readonly headers: readonly Header[];
}

/** What the host records and the hostcalls need. */
export interface HostState {
  request: Request;
  /** Properties that do not depend on a request, such as those of the proxy's node. */
  properties: ReadonlyMap<string, Buffer>;
  configuration: Buffer;
  response: LocalResponse | undefined;
  readonly logs: { readonly level: number; readonly message: string }[];
  /** Names of all hostcalls made, in order. */
  readonly calls: string[];
  /** Statuses to answer instead of doing the call. */
  readonly failing: Map<string, number>;
  /** Handed over instead of the request's header maps. */
  rawPairs: Buffer | undefined;
}

interface FilterExports {
  readonly memory: WebAssembly.Memory;
  _initialize(): void;
  proxy_on_memory_allocate(bytes: number): number;
  proxy_on_context_create(context: number, parent: number): void;
  proxy_on_configure(root: number, bytes: number): number;
  proxy_on_request_headers(context: number, count: number, endOfStream: number): number;
  proxy_on_request_trailers(context: number, count: number): number;
  proxy_on_delete(context: number): void;
}

const modules = new Map<string, WebAssembly.Module>();

/** A module of wasm-filter/build, compiled once. */
export function builtModule(name: string): WebAssembly.Module {
  const known = modules.get(name);
  if (known) return known;
  const compiled = new WebAssembly.Module(readFileSync(new URL(`../../build/${name}`, import.meta.url)));
  modules.set(name, compiled);
  return compiled;
}

/** The hostcalls that a proxy provides and this filter may use. */
export const ALLOWED_IMPORTS: readonly string[] = Object.keys(hostcalls);

/** One VM with the filter in it, driven as Envoy drives it. */
export class FilterHost {
  readonly state: HostState = {
    request: { headers: [], trailers: [], properties: new Map() },
    properties: new Map(),
    configuration: Buffer.alloc(0),
    response: undefined,
    logs: [],
    calls: [],
    failing: new Map(),
    rawPairs: undefined,
  };
  readonly #filter: FilterExports;
  #nextContext = 1;

  /** Throws when the module imports what no proxy provides. */
  constructor(moduleName = 'omnia-filter.wasm') {
    const module = builtModule(moduleName);
    const missing = WebAssembly.Module.imports(module).filter(
      ({ module: from, name }) => from !== 'env' || !ALLOWED_IMPORTS.includes(name),
    );
    if (missing.length > 0) throw new Error(`missing imports: ${missing.map(({ name }) => name).join(', ')}`);
    const instance = new WebAssembly.Instance(module, { env: this.#imports(() => this.#filter) });
    this.#filter = instance.exports as unknown as FilterExports;
    this.#filter._initialize();
  }

  /** Bytes of linear memory. */
  get memoryBytes(): number {
    return this.#filter.memory.buffer.byteLength;
  }

  /** Creates a root context without configuring it. */
  createRoot(): number {
    const root = this.#nextContext++;
    this.#filter.proxy_on_context_create(root, 0);
    return root;
  }

  configure(root: number, configuration: unknown): boolean {
    const text = typeof configuration === 'string' ? configuration : JSON.stringify(configuration);
    this.state.configuration = Buffer.from(text);
    return this.#filter.proxy_on_configure(root, this.state.configuration.length) === 1;
  }

  /** A configured root; throws with the filter's log when it refuses the configuration. */
  root(configuration: unknown): number {
    const root = this.createRoot();
    if (this.configure(root, configuration)) return root;
    throw new Error(this.state.logs.map(({ message }) => message).join('\n'));
  }

  openStream(root: number): number {
    const stream = this.#nextContext++;
    this.#filter.proxy_on_context_create(stream, root);
    return stream;
  }

  closeContext(context: number): void {
    this.#filter.proxy_on_delete(context);
  }

  onHeaders(stream: number, request: Partial<Request>): Outcome {
    this.state.request = { headers: [], trailers: [], properties: new Map(), ...request };
    this.state.response = undefined;
    this.state.calls.length = 0;
    const action = this.#filter.proxy_on_request_headers(stream, this.state.request.headers.length, 1);
    return this.#outcome(action);
  }

  onTrailers(stream: number, trailers: Header[]): Outcome {
    this.state.request.trailers = trailers;
    return this.#outcome(this.#filter.proxy_on_request_trailers(stream, trailers.length));
  }

  /** One whole request without trailers. */
  send(root: number, request: Partial<Request>): Outcome {
    const stream = this.openStream(root);
    const outcome = this.onHeaders(stream, request);
    this.closeContext(stream);
    return outcome;
  }

  #outcome(action: number): Outcome {
    const { request, response } = this.state;
    return {
      passes: action === 0 && !response,
      headers: request.headers,
      trailers: request.trailers,
      response,
    };
  }

  #imports(filter: () => FilterExports): WebAssembly.ModuleImports {
    const { state } = this;
    const memory = new HostMemory(
      () => filter().memory,
      (bytes) => filter().proxy_on_memory_allocate(bytes),
    );
    const entries = Object.entries(hostcalls).map(([name, hostcall]) => {
      const call = (...args: number[]): number => {
        state.calls.push(name);
        return state.failing.get(name) ?? hostcall(args, memory, state);
      };
      return [name, call] as const;
    });
    return Object.fromEntries(entries);
  }
}

export interface Outcome {
  readonly passes: boolean;
  readonly headers: readonly Header[];
  readonly trailers: readonly Header[];
  readonly response: LocalResponse | undefined;
}
