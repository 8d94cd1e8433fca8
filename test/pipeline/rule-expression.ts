// Evaluates the `if:` of a pipeline rule as GitLab does: variables, strings, null, patterns, ==, !=, =~, !~, &&, ||, parentheses.

export type Variables = Readonly<Record<string, string | undefined>>;
type Value = string | null | RegExp | boolean;
type Cursor = { readonly tokens: readonly string[]; at: number };

const TOKEN =
  /\s*(\$\w+|"[^"]*"|'[^']*'|\/(?:\\.|[^/\\])+\/[a-z]*|null\b|==|!=|=~|!~|&&|\|\||[()])/y;

/** @throws Error when the expression is not one of GitLab's. Source: https://docs.gitlab.com/ci/jobs/job_rules/ */
export function evaluate(expression: string, variables: Variables): boolean {
  const cursor = { tokens: tokenize(expression), at: 0 };
  const value = either(cursor, variables);
  if (cursor.at < cursor.tokens.length) throw new Error(`not an expression: ${expression}`);
  return isTrue(value);
}

function tokenize(expression: string): readonly string[] {
  const tokens: string[] = [];
  let at = 0;
  const text = expression.trimEnd();
  while (at < text.length) {
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(text)?.[1];
    if (token === undefined) throw new Error(`not an expression: ${expression}`);
    tokens.push(token);
    at = TOKEN.lastIndex;
  }
  return tokens;
}

function either(cursor: Cursor, variables: Variables): Value {
  let value = both(cursor, variables);
  while (take(cursor, "||")) {
    const right = both(cursor, variables);
    value = isTrue(value) || isTrue(right);
  }
  return value;
}

function both(cursor: Cursor, variables: Variables): Value {
  let value = comparison(cursor, variables);
  while (take(cursor, "&&")) {
    const right = comparison(cursor, variables);
    value = isTrue(value) && isTrue(right);
  }
  return value;
}

function comparison(cursor: Cursor, variables: Variables): Value {
  const left = operand(cursor, variables);
  if (take(cursor, "==")) return left === operand(cursor, variables);
  if (take(cursor, "!=")) return left !== operand(cursor, variables);
  if (take(cursor, "=~")) return matches(left, operand(cursor, variables));
  if (take(cursor, "!~")) return !matches(left, operand(cursor, variables));
  return left;
}

function operand(cursor: Cursor, variables: Variables): Value {
  const token = cursor.tokens[cursor.at];
  cursor.at += 1;
  if (token === undefined) throw new Error("the expression ends too early");
  if (token === "(") {
    const value = either(cursor, variables);
    if (!take(cursor, ")")) throw new Error("a parenthesis is not closed");
    return value;
  }
  if (token === "null") return null;
  if (token.startsWith("$")) return variables[token.slice(1)] ?? null;
  if (token.startsWith("/")) {
    const end = token.lastIndexOf("/");
    return new RegExp(token.slice(1, end), token.slice(end + 1));
  }
  if (/^["']/.test(token)) return token.slice(1, -1);
  throw new Error(`a value was expected, not ${token}`);
}

function matches(left: Value, right: Value): boolean {
  if (!(right instanceof RegExp)) throw new Error("=~ and !~ want a pattern");
  return typeof left === "string" && right.test(left);
}

/** A variable on its own is true when it is set and not empty. */
const isTrue = (value: Value): boolean => value !== null && value !== false && value !== "";

function take(cursor: Cursor, token: string): boolean {
  if (cursor.tokens[cursor.at] !== token) return false;
  cursor.at += 1;
  return true;
}
