import { celEnv, isCelError, parse as parseBufbuild, plan, type CelInput } from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import { Environment } from '@marcbachmann/cel-js';
import { evaluate as evaluateCelJs, parse as parseCelJs } from 'cel-js';
import type { Engine, RecordedCall } from './engine.js';

function plainVariables({ headers, body, identity }: RecordedCall): Readonly<Record<string, unknown>> {
  return { headers, body: JSON.parse(body) as unknown, identity };
}

export const celJs: Engine = {
  name: 'cel-js 0.8.2',
  compile(text) {
    const parsed = parseCelJs(text);
    if (!parsed.isSuccess) throw new Error(parsed.errors.join());
    return (activation) => evaluateCelJs(parsed.cst, activation as Record<string, unknown>);
  },
  activate: plainVariables,
};

const marcbachmannEnvironment = new Environment()
  .registerVariable('headers', 'map<string, string>')
  .registerVariable('body', 'map<string, dyn>')
  .registerVariable('identity', 'map<string, dyn>');

export const marcbachmann: Engine = {
  name: '@marcbachmann/cel-js 8.0.0',
  compile(text) {
    const parsed = marcbachmannEnvironment.parse(text);
    const { valid, error } = parsed.check();
    if (!valid) throw error ?? new Error('refused');
    return (activation) => parsed(activation as Record<string, unknown>) as unknown;
  },
  activate: plainVariables,
};

const bufbuildEnvironment = celEnv({ funcs: strings });

export const bufbuildBare: Engine = {
  name: '@bufbuild/cel 0.6.1 bare',
  compile(text) {
    const evaluate = plan(bufbuildEnvironment, parseBufbuild(text));
    return (activation) => {
      const value = evaluate(activation as Readonly<Record<string, CelInput>>);
      if (isCelError(value)) throw value;
      return value;
    };
  },
  activate: plainVariables,
};
