import { childrenOf, type CallNode, type Node } from '../syntax-tree.js';
import { and, ANY_VALUE, choose, FAILURE, FALSE, has, not, or, TRUE, type Outcomes } from './outcomes.js';

/**
 * What is known of parts of an expression: undefined for what has to be told from its parts.
 *
 * @param locals variables of macros around it, which hide those of the call
 */
export type Knowledge = (node: Node, locals: ReadonlySet<string>) => Outcomes | undefined;

const NO_LOCALS: ReadonlySet<string> = new Set();

/** What an expression may come to, by what is known of its parts. What it never comes to is certain; the rest is possible. */
export function evaluateOutcomes(node: Node, knowledge: Knowledge, locals = NO_LOCALS): Outcomes {
  const known = knowledge(node, locals);
  if (known !== undefined) return known;
  if (node.kind === 'literal' && node.literal === 'bool') return node.value === true ? TRUE : FALSE;
  if (node.kind === 'call') return evaluateCall(node, knowledge, locals);
  if (node.kind !== 'loop') return strict(childrenOf(node), knowledge, locals);
  const inside = new Set([...locals, node.variable, node.accumulator]);
  const range = evaluateOutcomes(node.range, knowledge, locals);
  const rest = strict([node.initial, node.condition, node.step, node.result], knowledge, inside);
  // The range may be empty, and the macros hide failures that do not matter: what is inside only may fail.
  return failing(range, rest | ANY_VALUE);
}

function evaluateCall(node: CallNode, knowledge: Knowledge, locals: ReadonlySet<string>): Outcomes {
  const each = (): Outcomes[] => node.args.map((arg) => evaluateOutcomes(arg, knowledge, locals));
  switch (node.name) {
    case '_&&_':
      return each().reduce(and);
    case '_||_':
      return each().reduce(or);
    case '!_':
      return not(each()[0] ?? ANY_VALUE);
    case '_?_:_': {
      const [condition = ANY_VALUE, yes = ANY_VALUE, no = ANY_VALUE] = each();
      return choose(condition, yes, no);
    }
    case '_==_':
    case '_!=_':
      return equality(node, each());
    default:
      return strict(childrenOf(node), knowledge, locals);
  }
}

/** `has(body.x) == false` says what `!has(body.x)` says. */
function equality({ name, args }: CallNode, [left = ANY_VALUE, right = ANY_VALUE]: Outcomes[]): Outcomes {
  const literal = args.findIndex((arg) => arg.kind === 'literal' && arg.literal === 'bool');
  if (literal < 0) return failing(left, failing(right, ANY_VALUE));
  const [constant, other] = literal === 0 ? [left, right] : [right, left];
  const isSame = (constant === TRUE) === (name === '_==_');
  return isSame ? other : not(other);
}

/** Fails where a part does. */
function strict(parts: readonly Node[], knowledge: Knowledge, locals: ReadonlySet<string>): Outcomes {
  return parts
    .map((part) => evaluateOutcomes(part, knowledge, locals))
    .reduce((value, part) => failing(part, value), ANY_VALUE);
}

function failing(part: Outcomes, value: Outcomes): Outcomes {
  if (part === FAILURE) return FAILURE;
  return value | (has(part, FAILURE) ? FAILURE : 0);
}
