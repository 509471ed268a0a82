import type { CelMap, CelValue } from '@bufbuild/cel';
import type { ToolCall } from '../call/tool-call.js';
import { CALL_BUDGET_STEPS } from './budget.js';
import type { Activation, RootVariable } from './expression.js';
import { engineMap } from './values/engine-map.js';
import { jsonMap } from './values/json-value.js';
import { textMap } from './values/text-map.js';

/** The variables of a call, for all expressions that look at it. Each is converted when it is first read, and once. */
export function createActivation(call: ToolCall): Activation {
  return new CallActivation(call);
}

/** The variables of a call in the form that the engine reads, and what its expressions may still cost. */
export interface CallVariables extends Readonly<Record<RootVariable, CelMap>> {
  stepsLeft: number;
}

/** The variables of an activation. One that {@link createActivation} did not make gets a budget for this time only. */
export function engineVariables(activation: Activation): CallVariables {
  return activation instanceof CallActivation ? activation : new CallActivation(activation.call);
}

class CallActivation implements Activation, CallVariables {
  readonly call: ToolCall;
  stepsLeft = CALL_BUDGET_STEPS;
  #headers: CelMap | undefined;
  #body: CelMap | undefined;
  #identity: CelMap | undefined;
  #request: CelMap | undefined;
  #tool: CelMap | undefined;
  #mcp: CelMap | undefined;

  constructor(call: ToolCall) {
    this.call = call;
  }

  get headers(): CelMap {
    this.#headers ??= textMap(this.call.headers, (name) => name.toLowerCase());
    return this.#headers;
  }

  get body(): CelMap {
    this.#body ??= jsonMap(this.call.body.state === 'object' ? this.call.body.value : {});
    return this.#body;
  }

  get identity(): CelMap {
    const { origin, subject, endUser, workspace, agent, claims } = this.call.identity;
    this.#identity ??= recordMap({
      origin,
      subject,
      endUser,
      workspace,
      agent,
      claims: textMap(claims, claimKey),
    });
    return this.#identity;
  }

  get request(): CelMap {
    const { method, path, host } = this.call.request;
    this.#request ??= recordMap({ method, path, host });
    return this.#request;
  }

  get tool(): CelMap {
    this.#tool ??= recordMap({ registry: this.call.registry, name: this.call.tool });
    return this.#tool;
  }

  get mcp(): CelMap {
    const { method, tool, id } = this.call.mcp ?? {};
    this.#mcp ??= recordMap({ method, tool, id });
    return this.#mcp;
  }
}

/** A claim's name as it is stored: headers know neither capitals nor, behind some proxies, `-` beside `_`. */
function claimKey(name: string): string {
  return name.toLowerCase().replaceAll('-', '_');
}

function recordMap(record: Readonly<Record<string, CelValue | undefined>>): CelMap {
  const entries = new Map(
    Object.entries(record).filter((entry): entry is [string, CelValue] => entry[1] !== undefined),
  );
  return engineMap({
    size: entries.size,
    find: (key) => (typeof key === 'string' ? entries.get(key) : undefined),
    keys: () => entries.keys(),
  });
}
