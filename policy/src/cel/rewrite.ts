import type { Constant, Expr } from '@bufbuild/cel-spec/cel/expr/syntax_pb.js';
import type { CheckedTree } from './check/checked-tree.js';
import { engineName } from './engine.js';
import { APPEND, HAS, LITERAL_MAP, MATCHES_LITERAL, RANGE, SELECT, TICK } from './functions/internal.js';
import { countNodes, type CallNode, type LoopNode, type Node, type SelectNode } from './syntax-tree.js';

/** Operators that stay the engine's own: they do not evaluate all their operands. */
const LAZY: ReadonlySet<string> = new Set(['_&&_', '_||_', '_?_:_', '@not_strictly_false']);

/**
 * The tree that the engine plans. Every selection, index, call and map literal becomes a call of one of our functions,
 * so that the engine's own lookups, overloads and conversions never run; every loop pays for its turns.
 */
export function rewrite(tree: CheckedTree): Expr {
  return new Rewriter(tree).run();
}

class Rewriter {
  readonly #tree: CheckedTree;
  #lastId = 0n;

  constructor(tree: CheckedTree) {
    this.#tree = tree;
  }

  run(): Expr {
    return this.#expr(this.#tree.root);
  }

  #expr(node: Node): Expr {
    switch (node.kind) {
      case 'literal':
        return this.#make({ case: 'constExpr', value: node.constant });
      case 'ident':
        return this.#ident(node.name);
      case 'select':
        return this.#select(node);
      case 'call':
        return this.#invoke(node);
      case 'list':
        return this.#list(node.elements);
      case 'map':
        return this.#apply(LITERAL_MAP.name, [this.#list(node.keys), this.#list(node.values)]);
      case 'loop':
        return this.#loop(node);
      case 'message':
        // The checker refuses these. Were one to run, it would fail: the engine knows no such function.
        return this.#call('@message', []);
    }
  }

  #exprs(nodes: readonly Node[]): readonly Expr[] {
    return nodes.map((node) => this.#expr(node));
  }

  #select(node: SelectNode): Expr {
    const name = this.#tree.qualifiedNames.get(node);
    if (name !== undefined) return this.#ident(name);
    const field = { case: 'stringValue', value: node.field } as const;
    return this.#apply(node.testOnly ? HAS.name : SELECT.name, [
      this.#expr(node.operand),
      this.#constant(field),
    ]);
  }

  #invoke(node: CallNode): Expr {
    const args = this.#exprs(node.args);
    const wholeName = this.#tree.namespacedCalls.get(node);
    if (wholeName !== undefined) return this.#apply(wholeName, args);
    if (LAZY.has(node.name)) return this.#call(node.name, args);
    const all = node.target === undefined ? args : [this.#expr(node.target), ...args];
    const last = node.args.at(-1);
    const isTextLiteral = last?.kind === 'literal' && last.literal === 'string';
    if (isTextLiteral && node.name === '_[_]') return this.#apply(SELECT.name, all);
    if (isTextLiteral && node.name === 'matches') return this.#apply(MATCHES_LITERAL.name, all);
    return this.#apply(node.name, all);
  }

  #loop(node: LoopNode): Expr {
    const turn = countNodes(node.condition) + countNodes(node.step);
    const steps = { case: 'doubleValue', value: turn } as const;
    const collects = node.macro === 'map' || node.macro === 'filter';
    return this.#make({
      case: 'comprehensionExpr',
      value: {
        $typeName: 'cel.expr.Expr.Comprehension',
        iterVar: node.variable,
        iterVar2: '',
        accuVar: node.accumulator,
        iterRange: this.#apply(RANGE.name, [this.#expr(node.range)]),
        accuInit: this.#expr(node.initial),
        loopCondition: this.#apply(TICK.name, [this.#constant(steps), this.#expr(node.condition)]),
        loopStep: collects ? this.#collect(node.step, node.accumulator) : this.#expr(node.step),
        result: this.#expr(node.result),
      },
    });
  }

  /** `accumulator + [x]`, which map() and filter() expand to, grows the list in place. */
  #collect(step: Node, accumulator: string): Expr {
    if (step.kind !== 'call') return this.#expr(step);
    const [first, second, third] = step.args;
    if (step.name === '_?_:_' && first !== undefined && second !== undefined && third !== undefined) {
      return this.#call(step.name, [
        this.#expr(first),
        this.#collect(second, accumulator),
        this.#expr(third),
      ]);
    }
    const grows = first?.kind === 'ident' && first.name === accumulator && second?.kind === 'list';
    const element = grows && second.elements.length === 1 ? second.elements[0] : undefined;
    if (element === undefined) return this.#expr(step);
    return this.#apply(APPEND.name, [this.#ident(accumulator), this.#expr(element)]);
  }

  #apply(name: string, args: readonly Expr[]): Expr {
    return this.#call(engineName(name, args.length), args);
  }

  #call(name: string, args: readonly Expr[]): Expr {
    return this.#make({
      case: 'callExpr',
      value: { $typeName: 'cel.expr.Expr.Call', function: name, args: [...args] },
    });
  }

  #list(nodes: readonly Node[]): Expr {
    const elements = [...this.#exprs(nodes)];
    return this.#make({
      case: 'listExpr',
      value: { $typeName: 'cel.expr.Expr.CreateList', elements, optionalIndices: [] },
    });
  }

  #ident(name: string): Expr {
    return this.#make({ case: 'identExpr', value: { $typeName: 'cel.expr.Expr.Ident', name } });
  }

  #constant(constantKind: Constant['constantKind']): Expr {
    return this.#make({ case: 'constExpr', value: { $typeName: 'cel.expr.Constant', constantKind } });
  }

  #make(exprKind: Expr['exprKind']): Expr {
    this.#lastId++;
    return { $typeName: 'cel.expr.Expr', id: this.#lastId, exprKind };
  }
}
