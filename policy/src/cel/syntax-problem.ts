import { positionAt } from './position.js';
import { tokensOf, type Token } from './tokens.js';

/** Where an expression stops being one, and why. */
export interface SyntaxProblem {
  readonly offset: number;
  readonly reason: string;
}

/**
 * The first place at which no expression goes on as the text does. The parser itself only says where its last attempt
 * began. Undefined where this simpler reading finds nothing.
 */
export function syntaxProblem(text: string): SyntaxProblem | undefined {
  const reader = new SyntaxReader(text);
  for (const token of tokensOf(text)) {
    const reason = reader.read(token);
    if (reason !== undefined) return { offset: token.offset, reason };
  }
  return undefined;
}

const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };
const INSTEAD: ReadonlyMap<string, string> = new Map([
  ['and', '&&'],
  ['or', '||'],
  ['is', '=='],
  ['eq', '=='],
  ['equals', '=='],
  ['=', '=='],
  ['===', '=='],
  ['!==', '!='],
  ['&', '&&'],
  ['|', '||'],
  ['\u201c', '"'],
  ['\u201d', '"'],
  ['\u2018', "'"],
  ['\u2019', "'"],
]);
const BINARY: ReadonlySet<string> = new Set([
  '&&',
  '||',
  '==',
  '!=',
  '<',
  '<=',
  '>',
  '>=',
  '+',
  '-',
  '*',
  '/',
  '%',
  'in',
]);

interface Bracket {
  readonly token: Token;
  /** Whether nothing may stand in it: not in the parentheses of a group. */
  readonly mayBeEmpty: boolean;
  /** Conditions since the last comma that wait for their `:`. */
  questions: number;
}

class SyntaxReader {
  readonly #text: string;
  readonly #outside: Bracket = {
    token: { kind: 'end', text: '', offset: 0 },
    mayBeEmpty: false,
    questions: 0,
  };
  readonly #open: Bracket[] = [];
  #expects: 'value' | 'operator' | 'field' = 'value';
  #previous: Token | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  /** Takes the next token, or says why it can't. */
  read(token: Token): string | undefined {
    const reason = unreadable(token) ?? this.#readExpected(token);
    this.#previous = token;
    return reason;
  }

  get #bracket(): Bracket {
    return this.#open.at(-1) ?? this.#outside;
  }

  #readExpected(token: Token): string | undefined {
    if (this.#expects === 'field') {
      if (token.kind !== 'name') return `expected the name of a field, found ${found(token)}`;
      this.#expects = 'operator';
      return undefined;
    }
    return this.#expects === 'value' ? this.#readValue(token) : this.#readOperator(token);
  }

  #readValue(token: Token): string | undefined {
    const { kind, text } = token;
    if (kind === 'text' || kind === 'number' || (kind === 'name' && text !== 'in')) {
      this.#expects = 'operator';
      return undefined;
    }
    if (text in CLOSING) {
      this.#open.push({ token, mayBeEmpty: text !== '(', questions: 0 });
      return undefined;
    }
    if (text === '!' || text === '-') return undefined;
    if (text === '.') {
      this.#expects = 'field';
      return undefined;
    }
    if (this.#mayBeEmpty() && text === CLOSING[this.#bracket.token.text]) return this.#close(token);
    return `expected a value, found ${found(token)}`;
  }

  /** Behind the opening of a call, a list or a map, and behind the last comma of a list or a map. */
  #mayBeEmpty(): boolean {
    const { token, mayBeEmpty } = this.#bracket;
    return (mayBeEmpty && this.#previous === token) || (this.#previous?.text === ',' && token.text !== '(');
  }

  #readOperator(token: Token): string | undefined {
    const { kind, text } = token;
    if (text === CLOSING[this.#bracket.token.text]) return this.#close(token);
    if (kind === 'end' && this.#open.length === 0 && this.#bracket.questions === 0) return undefined;
    if (text === '[' || ((text === '(' || text === '{') && this.#previous?.kind === 'name')) {
      this.#open.push({ token, mayBeEmpty: text !== '[', questions: 0 });
      this.#expects = 'value';
      return undefined;
    }
    if (text === '.') {
      this.#expects = 'field';
      return undefined;
    }
    if (!this.#goesOn(text)) return this.#expected(token);
    this.#expects = 'value';
    return undefined;
  }

  /** Whether the operator joins what stands before it with another value. */
  #goesOn(operator: string): boolean {
    const bracket = this.#bracket;
    if (operator === '?') {
      bracket.questions++;
      return true;
    }
    if (operator === ':') {
      if (bracket.questions === 0) return bracket.token.text === '{';
      bracket.questions--;
      return true;
    }
    if (operator === ',') return this.#open.length > 0 && bracket.questions === 0;
    return BINARY.has(operator);
  }

  #close(token: Token): string | undefined {
    if (this.#bracket.questions > 0) return this.#expected(token);
    this.#open.pop();
    this.#expects = 'operator';
    return undefined;
  }

  #expected(token: Token): string {
    const { token: opening, questions } = this.#bracket;
    const closing = CLOSING[opening.text];
    const { line, column } = positionAt(this.#text, opening.offset);
    const instead = hint(token, this.#previous);
    if (instead !== '') return `expected an operator, found ${found(token)}${instead}`;
    if (questions > 0) return `expected : and a second value for ?, found ${found(token)}`;
    if (closing === undefined) return `expected the end of the expression, found ${found(token)}`;
    return `expected ${closing} for the ${opening.text} at ${line}:${column}, found ${found(token)}`;
  }
}

function hint({ kind, text }: Token, previous: Token | undefined): string {
  if (previous?.text === 'not' && kind !== 'symbol' && kind !== 'end') return '; write ! instead of not';
  const instead = INSTEAD.get(text);
  return instead === undefined ? '' : `; write ${instead} instead of ${text}`;
}

/** What is wrong with a token wherever it stands. */
function unreadable(token: Token): string | undefined {
  if (token.kind === 'open-text') return 'the text that begins here has no closing quote on its line';
  if (token.text === '`') return 'names in back quotes are not supported; write body["a-b"]';
  return token.kind === 'stray' ? `unexpected ${found(token)}${hint(token, undefined)}` : undefined;
}

function found({ kind, text }: Token): string {
  if (kind === 'end') return 'the end of the expression';
  if (kind !== 'stray' || /^[!-~]$/.test(text)) return text;
  return `the character U+${(text.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
