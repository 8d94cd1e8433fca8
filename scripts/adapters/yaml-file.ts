// Reads the YAML that people write for this product: a strict subset of YAML 1.2, every fault with its place.
import {
  Composer,
  type CST,
  type Document,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  Parser,
  type Scalar,
} from "yaml";
import type * as z from "zod";
import { explainIssues, type Fault, formatPath, type Position } from "../domain/fault.ts";
import { findForbidden } from "../domain/text-hygiene.ts";

/** Where the value at a path stands in the file; the nearest parent's place when the path itself is not there. */
export type Positions = (path: readonly PropertyKey[]) => Position;

export type YamlResult<T> =
  | { readonly ok: true; readonly value: T; readonly positions: Positions }
  | { readonly ok: false; readonly errors: readonly Fault[] };

/** The largest request file, in bytes of UTF-8. */
export const REQUEST_BYTES = 64 * 1024;
const MAX_DEPTH = 16;
const MAX_FAULTS = 50;
const OPTIONS = {
  schema: "core",
  version: "1.2",
  // Judged here instead: the parser's own comparison takes seconds for thousands of keys.
  uniqueKeys: false,
  merge: false,
  keepSourceTokens: true,
} as const;

/**
 * Reads one YAML document and judges it by `schema`; `file` is the name shown in faults.
 *
 * YAML 1.2 core with one way to say a thing: no directives, anchors, aliases, tags, merge keys, explicit (`?`)
 * or escaped keys, no second document, no number but plain decimal, no control, bidirectional or invisible
 * characters (in comments too), at most 16 levels and `maxBytes` bytes. Never throws; all faults in one answer.
 */
export function readYaml<T>(
  source: string | Uint8Array,
  file: string,
  schema: z.ZodType<T>,
  maxBytes: number = REQUEST_BYTES,
): YamlResult<T> {
  const text = decode(source, maxBytes);
  if (typeof text !== "string") return failed(file, [{ ...START, key: "", ...text }]);
  const lines = new LineCounter();
  const locate = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line, column: Math.max(1, col) };
  };
  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  const hidden = findForbidden(text).map((found) => ({
    offset: found.offset,
    message: `holds ${found.what}`,
    fix: "delete it",
  }));
  const syntax = [...hidden, ...judgeTokens(tokens)];
  if (syntax.length > 0)
    return failed(
      file,
      syntax.map((found) => place(found, locate)),
    );
  const documents = [...new Composer(OPTIONS).compose(tokens, true, text.length)];
  const document = documents[0] as Document.Parsed;
  const faults = [...judgeDocuments(documents), ...judgeNode(document.contents, [])];
  if (faults.length > 0)
    return failed(
      file,
      faults.map((found) => place(found, locate)),
    );
  return judgeValue(document, file, schema, locate);
}

const START = { line: 1, column: 1 };

/** A fault by its offset in the text. */
type Found = {
  readonly offset: number;
  readonly key?: string;
  readonly message: string;
  readonly fix?: string;
};

function place({ offset, key = "", message, fix }: Found, locate: (offset: number) => Position) {
  return { ...locate(offset), key, message, ...(fix === undefined ? {} : { fix }) };
}

function failed(file: string, found: readonly Omit<Fault, "file">[]) {
  const sorted = [...found].sort((a, b) => a.line - b.line || a.column - b.column);
  const errors: Fault[] = sorted.slice(0, MAX_FAULTS).map((fault) => ({ file, ...fault }));
  const more = sorted.length - MAX_FAULTS;
  const last = errors.at(-1);
  if (more > 0 && last !== undefined)
    errors.push({
      file,
      line: last.line,
      column: last.column,
      key: "",
      message: `and ${more} more faults after this`,
    });
  return { ok: false as const, errors };
}

/** The text behind the bytes, or why there is none. One byte order mark at the start is taken off. */
function decode(source: string | Uint8Array, maxBytes: number): string | Omit<Found, "offset"> {
  const bytes = typeof source === "string" ? Buffer.byteLength(source) : source.length;
  if (bytes > maxBytes)
    return { message: `has ${bytes} bytes, at most ${maxBytes} are read`, fix: "shorten the file" };
  let text: string;
  try {
    text =
      typeof source === "string"
        ? source
        : new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(source);
  } catch {
    return { message: "is not UTF-8", fix: "save the file as UTF-8" };
  }
  return text.replace(/^\uFEFF/, "");
}

/** Faults that show in the syntax alone. Walks with a list of its own: the depth of the text is not our stack's. */
function judgeTokens(tokens: readonly CST.Token[]): Found[] {
  const found: Found[] = [];
  const open: { token: CST.Token; depth: number }[] = [];
  let documents = 0;
  for (const token of tokens) {
    if (token.type === "document") {
      documents += 1;
      if (documents === 2)
        found.push({
          offset: token.offset,
          message: "starts a second document",
          fix: "keep one document in a file",
        });
      found.push(...judgeMarks(token.start));
      if (token.value) open.push({ token: token.value, depth: 1 });
    } else if (token.type === "error") {
      found.push({ offset: token.offset, message: token.message });
    } else if (token.type === "directive") {
      found.push({
        offset: token.offset,
        message: "is a directive",
        fix: "delete the line that starts with %",
      });
    }
  }
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token, depth } = next;
    if (depth > MAX_DEPTH) {
      found.push({ offset: token.offset, message: `is nested deeper than ${MAX_DEPTH} levels` });
      break;
    }
    if (token.type === "alias")
      found.push({ offset: token.offset, message: "is an alias", fix: "write the value out" });
    if (token.type === "block-scalar") found.push(...judgeMarks(token.props));
    if (!("items" in token)) continue;
    for (const item of token.items) {
      found.push(...judgeMarks(item.start), ...judgeMarks(item.sep ?? []));
      if (item.key) open.push({ token: item.key, depth: depth + 1 });
      if (item.value) open.push({ token: item.value, depth: depth + 1 });
    }
  }
  return found;
}

const MARKS: Readonly<Record<string, { message: string; fix: string }>> = {
  anchor: { message: "is an anchor", fix: "delete it and write the value out where it is needed" },
  tag: { message: "is a tag", fix: "delete it: the key says what kind of value it is" },
  "explicit-key-ind": { message: "is an explicit key", fix: "write key: value" },
};

function judgeMarks(tokens: readonly CST.Token[]): Found[] {
  return tokens.flatMap((token) => {
    const mark = MARKS[token.type];
    return mark === undefined ? [] : [{ offset: token.offset, ...mark }];
  });
}

function judgeDocuments(documents: readonly Document.Parsed[]): Found[] {
  return documents.flatMap((document) =>
    [...document.errors, ...document.warnings].map((error) => ({
      offset: error.pos[0],
      message: error.message.replace(/ at line \d+[\s\S]*$/, ""),
    })),
  );
}

function judgeNode(node: Node | null, path: readonly PropertyKey[]): Found[] {
  if (isScalar(node)) return judgeScalar(node, path);
  if (isSeq(node)) return node.items.flatMap((item, at) => judgeNode(item as Node, [...path, at]));
  if (isMap(node)) {
    const seen = new Set<string>();
    return node.items.flatMap((pair) => {
      const key = pair.key as Node;
      const named = judgeKey(key, seen, path);
      if (typeof named !== "string") return [named];
      return judgeNode(pair.value as Node | null, [...path, named]);
    });
  }
  return [];
}

/** The key's name, or what is wrong with it. */
function judgeKey(key: Node, seen: Set<string>, path: readonly PropertyKey[]): string | Found {
  const fault = (message: string, fix?: string): Found => ({
    offset: key.range?.[0] ?? 0,
    key: formatPath(path),
    message,
    ...(fix === undefined ? {} : { fix }),
  });
  if (!isScalar(key) || typeof key.value !== "string")
    return fault("has a key that is no text", "use a word as key");
  const name = key.value;
  if (name === "<<") return fault("has a merge key", "write the values out");
  if (name in {} || name === "prototype") return fault(`has the reserved key ${name}`, "delete it");
  if (key.type !== "PLAIN" && writtenAs(key).slice(1, -1) !== name)
    return fault("has a key with escapes", "write the key plainly");
  if (seen.has(name)) return fault(`has the key ${name} twice`, "keep one of them");
  seen.add(name);
  return name;
}

const writtenAs = ({ srcToken }: Scalar): string =>
  srcToken !== undefined && "source" in srcToken ? srcToken.source : "";

const PLAIN_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;

function judgeScalar(node: Scalar, path: readonly PropertyKey[]): Found[] {
  const fault = (message: string, fix: string): Found[] => [
    { offset: node.range?.[0] ?? 0, key: formatPath(path), message, fix },
  ];
  if (typeof node.value === "number") {
    if (!PLAIN_NUMBER.test(node.source ?? ""))
      return fault("is a number in an odd form", "write it in plain decimal, or quote it as text");
    if (Number.isInteger(node.value) && !Number.isSafeInteger(node.value))
      return fault("is a number too large to be exact", "quote it if it is text");
  }
  if (typeof node.value === "string") {
    const hidden = findForbidden(node.value)[0];
    if (hidden !== undefined) return fault(`holds ${hidden.what}, by an escape`, "delete it");
  }
  return [];
}

function judgeValue<T>(
  document: Document.Parsed,
  file: string,
  schema: z.ZodType<T>,
  locate: (offset: number) => Position,
): YamlResult<T> {
  const positions: Positions = (path) => locate(offsetOf(document.contents, path));
  const input: unknown = document.toJS();
  if (input === null) return failed(file, [{ ...START, key: "", message: "is empty" }]);
  const parsed = schema.safeParse(input);
  if (parsed.success) return { ok: true, value: parsed.data, positions };
  const complaints = explainIssues(schema, input, parsed.error.issues);
  return failed(
    file,
    complaints.map(({ path, ...rest }) => ({ ...positions(path), ...rest })),
  );
}

/** The start of the key or item that `path` names, or of its nearest parent that exists. */
function offsetOf(root: Node | null, path: readonly PropertyKey[]): number {
  let node = root;
  let offset = root?.range?.[0] ?? 0;
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => (item.key as Scalar).value === part);
      if (pair === undefined) return offset;
      offset = (pair.key as Node).range?.[0] ?? offset;
      node = pair.value as Node | null;
    } else if (isSeq(node)) {
      const item = node.items[Number(part)] as Node | undefined;
      if (item === undefined) return offset;
      offset = item.range?.[0] ?? offset;
      node = item;
    } else return offset;
  }
  return offset;
}
