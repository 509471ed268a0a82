import type {
  Constant,
  Expr,
  Expr_Comprehension,
  Expr_CreateStruct,
} from '@bufbuild/cel-spec/cel/expr/syntax_pb.js';
import type { ParsedExpr } from '@bufbuild/cel-spec/cel/expr/syntax_pb.js';
import type { LiteralKind, LiteralNode, Node } from './syntax-tree.js';

/** Reads the parser's protobuf tree. Throws a RangeError for one that is too deep for the stack. */
export function readSyntaxTree(parsed: ParsedExpr): Node {
  return new TreeReader(parsed).read(parsed.expr);
}

class TreeReader {
  readonly #parsed: ParsedExpr;

  constructor(parsed: ParsedExpr) {
    this.#parsed = parsed;
  }

  read(expr: Expr | undefined): Node {
    if (expr === undefined) throw new Error('the parser left a hole in the syntax tree');
    const offset = this.#parsed.sourceInfo?.positions[expr.id.toString()] ?? 0;
    const { exprKind: kind } = expr;
    switch (kind.case) {
      case 'constExpr':
        return readLiteral(kind.value, offset);
      case 'identExpr':
        return { kind: 'ident', offset, name: kind.value.name };
      case 'selectExpr': {
        const { operand, field, testOnly } = kind.value;
        return { kind: 'select', offset, operand: this.read(operand), field, testOnly };
      }
      case 'callExpr': {
        const { function: name, target, args } = kind.value;
        const call = { kind: 'call', offset, name, args: this.#readAll(args) } as const;
        return target === undefined ? call : { ...call, target: this.read(target) };
      }
      case 'listExpr':
        return { kind: 'list', offset, elements: this.#readAll(kind.value.elements) };
      case 'structExpr':
        return this.#readStruct(kind.value, offset);
      case 'comprehensionExpr':
        return this.#readLoop(kind.value, { offset, macro: this.#macroName(expr.id) });
      case undefined:
        throw new Error('the parser left an empty node in the syntax tree');
    }
  }

  #readAll(exprs: readonly Expr[]): readonly Node[] {
    return exprs.map((expr) => this.read(expr));
  }

  #readStruct({ messageName, entries }: Expr_CreateStruct, offset: number): Node {
    if (messageName !== '') return { kind: 'message', offset, name: messageName };
    const keys = entries.map(({ keyKind }) =>
      this.read(keyKind.case === 'mapKey' ? keyKind.value : undefined),
    );
    return { kind: 'map', offset, keys, values: entries.map((entry) => this.read(entry.value)) };
  }

  #readLoop(loop: Expr_Comprehension, place: { offset: number; macro: string }): Node {
    return {
      kind: 'loop',
      ...place,
      variable: loop.iterVar,
      accumulator: loop.accuVar,
      range: this.read(loop.iterRange),
      initial: this.read(loop.accuInit),
      condition: this.read(loop.loopCondition),
      step: this.read(loop.loopStep),
      result: this.read(loop.result),
    };
  }

  #macroName(id: bigint): string {
    const call = this.#parsed.sourceInfo?.macroCalls[id.toString()];
    return call?.exprKind.case === 'callExpr' ? call.exprKind.value.function : '';
  }
}

const LITERAL_KINDS: Readonly<Partial<Record<string, LiteralKind>>> = {
  nullValue: 'null',
  boolValue: 'bool',
  int64Value: 'int',
  uint64Value: 'uint',
  doubleValue: 'double',
  stringValue: 'string',
  bytesValue: 'bytes',
};

function readLiteral(constant: Constant, offset: number): LiteralNode {
  const kind: { readonly case: string | undefined; readonly value?: unknown } = constant.constantKind;
  const literal = LITERAL_KINDS[kind.case ?? ''];
  if (literal === undefined) throw new Error('the parser gave a literal of an unknown kind');
  return { kind: 'literal', offset, literal, value: kind.value, constant };
}
