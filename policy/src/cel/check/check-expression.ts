import type { ExpressionProblem } from '../expression.js';
import { positionAt } from '../position.js';
import { RulePatterns } from '../rule-patterns.js';
import type { CallNode, ListNode, LiteralNode, LoopNode, MapNode, Node, SelectNode } from '../syntax-tree.js';
import { macroProblem, noOverload, unknownFunction } from './call-words.js';
import type { CheckedTree } from './checked-tree.js';
import { escapeProblem } from './escape-problem.js';
import { formatProblem, numberProblem, patternProblem } from './literal-problem.js';
import { namedField } from './named-field.js';
import { findInScope, type Scope } from './scope.js';
import { instantiate, type Signature } from './signature.js';
import { mostGeneral, Substitution } from './substitution.js';
import {
  BOOL,
  describeTypeWithArticle,
  DYN,
  ERROR,
  isWild,
  listOf,
  mapOf,
  sameType,
  TYPE_NAMES,
  type Type,
} from './type.js';

/** What an expression can name. */
export interface Declarations {
  readonly variables: ReadonlyMap<string, Type>;
  /** Names of all fields of the variables that have no others. */
  readonly fields: ReadonlyMap<string, readonly string[]>;
  readonly functions: ReadonlyMap<string, { readonly signatures: readonly Signature[] }>;
}

const MAX_PROBLEMS = 10;
const KEY_KINDS: ReadonlySet<Type['kind']> = new Set(['bool', 'int', 'uint', 'string', 'dyn', 'error']);

/** Finds the type of an expression, what its names stand for, and the problems that keep it from having a type. */
export function checkExpression(text: string, root: Node, declarations: Declarations): CheckedTree {
  return new Checker(text, declarations).run(root);
}

function byPlace(left: ExpressionProblem, right: ExpressionProblem): number {
  return left.line - right.line || left.column - right.column;
}

class Checker {
  readonly #text: string;
  readonly #declarations: Declarations;
  readonly #substitution = new Substitution();
  readonly #problems: ExpressionProblem[] = [];
  readonly #types = new Map<Node, Type>();
  readonly #references = new Set<string>();
  readonly #patterns = new RulePatterns();
  readonly #qualifiedNames = new Map<SelectNode, string>();
  readonly #namespacedCalls = new Map<CallNode, string>();
  #scope: Scope | undefined;
  #parameters = 0;

  constructor(text: string, declarations: Declarations) {
    this.#text = text;
    this.#declarations = declarations;
  }

  run(root: Node): CheckedTree {
    const type = this.#substitution.settle(this.#check(root));
    if (this.#substitution.isExhausted) {
      // What was reported may be wrong by now.
      this.#problems.length = 0;
      this.#problem(root, 'the types of the expression are too entangled to be checked; make it simpler');
    }
    return {
      problems: this.#problems.sort(byPlace).slice(0, MAX_PROBLEMS),
      root,
      typeOperations: this.#substitution.operations,
      type,
      references: this.#references,
      patterns: this.#patterns,
      qualifiedNames: this.#qualifiedNames,
      namespacedCalls: this.#namespacedCalls,
    };
  }

  #check(node: Node): Type {
    const type = this.#typeOf(node);
    this.#types.set(node, type);
    return type;
  }

  #typeOf(node: Node): Type {
    switch (node.kind) {
      case 'literal':
        return this.#checkLiteral(node);
      case 'ident':
        return this.#resolveName(node.name) ?? this.#unknownVariable(node, node.name);
      case 'select':
        return this.#checkSelect(node);
      case 'call':
        return this.#checkCall(node);
      case 'list':
        return this.#checkList(node);
      case 'map':
        return this.#checkMap(node);
      case 'message':
        return this.#problem(node, `messages such as ${node.name}{…} can not be built in an expression`);
      case 'loop':
        return this.#checkLoop(node);
    }
  }

  #checkLiteral(node: LiteralNode): Type {
    const escape = escapeProblem(this.#text, node);
    if (escape !== undefined) return this.#problem(escape, escape.message);
    const message = numberProblem(node);
    return message === undefined ? { kind: node.literal } : this.#problem(node, message);
  }

  #resolveName(name: string): Type | undefined {
    const local = findInScope(this.#scope, name);
    if (local !== undefined) return local;
    const declared = this.#declarations.variables.get(name);
    if (declared !== undefined) {
      this.#references.add(name);
      return declared;
    }
    const type = TYPE_NAMES.get(name);
    return type === undefined ? undefined : { kind: 'type', of: type };
  }

  #unknownVariable(node: Node, name: string): Type {
    const known = Array.from(this.#declarations.variables.keys()).join(', ');
    return this.#problem(node, `there is no variable '${name}'; the variables are ${known}`);
  }

  #checkSelect(node: SelectNode): Type {
    const name = node.testOnly ? undefined : this.#qualifiedNameOf(node);
    const type = name === undefined ? undefined : this.#resolveName(name);
    if (name !== undefined && type !== undefined) {
      this.#qualifiedNames.set(node, name);
      return type;
    }
    const operand = this.#substitution.resolve(this.#check(node.operand));
    if (this.#hasUnknownField(node)) return ERROR;
    if (operand.kind === 'param') this.#substitution.fits([DYN], [operand]);
    if (operand.kind !== 'map' && operand.kind !== 'param' && !isWild(operand)) {
      return this.#problem(
        node,
        `${describeTypeWithArticle(operand)} has no fields; '.${node.field}' can only be read from a map`,
      );
    }
    if (node.testOnly) return BOOL;
    return operand.kind === 'map' ? operand.value : DYN;
  }

  /** `a.b.c` as one name, unless `a` is the variable of a macro. */
  #qualifiedNameOf(node: Node): string | undefined {
    if (node.kind === 'ident')
      return findInScope(this.#scope, node.name) === undefined ? node.name : undefined;
    if (node.kind !== 'select' || node.testOnly) return undefined;
    const prefix = this.#qualifiedNameOf(node.operand);
    return prefix === undefined ? undefined : `${prefix}.${node.field}`;
  }

  /** Reports a field that a variable with a known set of fields does not have. */
  #hasUnknownField(node: SelectNode | CallNode): boolean {
    const named = namedField(node);
    if (named === undefined || findInScope(this.#scope, named.owner.name) !== undefined) return false;
    const { owner, field, place } = named;
    const known = this.#declarations.fields.get(owner.name);
    if (known === undefined || known.includes(field)) return false;
    this.#problem(place, `${owner.name} has no field ${field}: expected ${known.join(', ')}`);
    return true;
  }

  #checkCall(node: CallNode): Type {
    const misused = macroProblem(node);
    if (misused !== undefined) return this.#problem(node, misused);
    const args = node.args.map((arg) => this.#check(arg));
    if (node.name === '_&&_' || node.name === '_||_') return this.#checkLogic(node, args);
    if (this.#hasUnknownField(node)) return ERROR;
    if (node.target === undefined) return this.#applyFunction(node, node.name, args);
    const prefix = this.#qualifiedNameOf(node.target);
    const wholeName = prefix === undefined ? '' : `${prefix}.${node.name}`;
    if (this.#declarations.functions.has(wholeName)) {
      this.#namespacedCalls.set(node, wholeName);
      return this.#applyFunction(node, wholeName, args);
    }
    const target = this.#check(node.target);
    return this.#applyFunction(node, node.name, [target, ...args], true);
  }

  #checkLogic(node: CallNode, args: readonly Type[]): Type {
    for (const [i, type] of args.entries()) {
      if (this.#substitution.fits([type], [BOOL])) continue;
      const operator = node.name.slice(1, 3);
      const words = describeTypeWithArticle(this.#substitution.settle(type));
      this.#problem(node.args[i] ?? node, `'${operator}' takes bools, and this is ${words}`);
    }
    return BOOL;
  }

  // eslint-disable-next-line max-params -- a method of this class alone
  #applyFunction(node: CallNode, name: string, args: readonly Type[], isMethod = false): Type {
    const definition = this.#declarations.functions.get(name);
    if (definition === undefined) return this.#problem(node, unknownFunction(name));
    const result = this.#resolveOverload(definition.signatures, args, isMethod);
    if (result === undefined) {
      const types = args.map((type) => this.#substitution.settle(type));
      return this.#problem(node, noOverload(name, types, isMethod));
    }
    const bad =
      patternProblem(node, this.#patterns) ??
      formatProblem(node, (part) => this.#substitution.settle(this.#types.get(part) ?? DYN));
    return bad === undefined ? result : this.#problem(bad.node, bad.message);
  }

  /** With dyn arguments several overloads may fit: the result is what they agree on, or dyn. */
  #resolveOverload(
    signatures: readonly Signature[],
    args: readonly Type[],
    isMethod: boolean,
  ): Type | undefined {
    let result: Type | undefined;
    for (const signature of signatures) {
      if (signature.isMethod !== isMethod || signature.parameters.length !== args.length) continue;
      const own = instantiate(signature, this.#parameters++);
      if (!this.#substitution.fits(args, own.parameters)) continue;
      const type = this.#substitution.resolve(own.result);
      result = result === undefined || sameType(result, type) ? type : DYN;
    }
    return result;
  }

  #checkList(node: ListNode): Type {
    return listOf(this.#join(node.elements));
  }

  #checkMap(node: MapNode): Type {
    const key = this.#join(node.keys);
    for (const one of node.keys) {
      const type = this.#substitution.settle(this.#types.get(one) ?? DYN);
      if (KEY_KINDS.has(type.kind)) continue;
      const words = describeTypeWithArticle(type);
      this.#problem(one, `the keys of a map are bools, ints, uints or strings, and this is ${words}`);
    }
    return mapOf(key, this.#join(node.values));
  }

  /** The type that all nodes share; dyn when there is none; open when there are no nodes. */
  #join(nodes: readonly Node[]): Type {
    let joined: Type | undefined;
    for (const node of nodes) {
      const type = this.#check(node);
      if (joined === undefined) joined = type;
      else joined = this.#substitution.fits([joined], [type]) ? mostGeneral(joined, type) : DYN;
    }
    return joined ?? this.#freshParameter();
  }

  #checkLoop(node: LoopNode): Type {
    if (node.macro === 'existsOne') {
      return this.#problem(node, `there is no function 'existsOne'; did you mean exists_one()?`);
    }
    const range = this.#substitution.resolve(this.#check(node.range));
    const accumulated = this.#check(node.initial);
    const outer = this.#scope;
    const collecting: Scope = { name: node.accumulator, type: accumulated, outer };
    this.#scope = { name: node.variable, type: this.#elementOf(node, range), outer: collecting };
    this.#expect(node.condition, BOOL);
    this.#expect(node.step, accumulated);
    this.#scope = collecting;
    const result = this.#check(node.result);
    this.#scope = outer;
    return this.#substitution.resolve(result);
  }

  #elementOf(node: LoopNode, range: Type): Type {
    if (range.kind === 'list') return range.element;
    if (range.kind === 'map') return range.key;
    if (range.kind === 'param') this.#substitution.fits([DYN], [range]);
    else if (!isWild(range)) {
      this.#problem(
        node.range,
        `${node.macro}() loops over a list or a map, and this is ${describeTypeWithArticle(range)}`,
      );
      return ERROR;
    }
    return DYN;
  }

  #expect(node: Node, wanted: Type): void {
    const type = this.#check(node);
    if (this.#substitution.fits([type], [wanted])) return;
    const words = [wanted, type].map((one) => describeTypeWithArticle(this.#substitution.settle(one)));
    this.#problem(node, `expected ${words[0] ?? ''}, and this is ${words[1] ?? ''}`);
  }

  #freshParameter(): Type {
    return { kind: 'param', name: `_${this.#parameters++}` };
  }

  #problem(place: { readonly offset: number }, message: string): Type {
    this.#problems.push({ message, ...positionAt(this.#text, place.offset) });
    return ERROR;
  }
}
