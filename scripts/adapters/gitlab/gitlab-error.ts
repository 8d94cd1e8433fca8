// What can go wrong with a call to GitLab: one error, whose message says what, where and what to do, and no secret.

export type GitLabErrorKind =
  | "invalid"
  | "unauthorised"
  | "forbidden"
  | "not-found"
  | "conflict"
  | "rate-limit"
  | "refused"
  | "server"
  | "network"
  | "time-out"
  | "tls"
  | "redirect"
  | "not-json"
  | "wrong-shape"
  | "too-large"
  | "pagination"
  | "not-applied"
  | "cancelled";

export type CallName = { readonly method: string; readonly path: string };

/** A call that failed. `message` may be shown in a job log; `body` is the full answer and may not. */
export class GitLabError extends Error {
  override readonly name = "GitLabError";
  /** HTTP status; 0 = no answer came. */
  readonly status: number;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly kind: GitLabErrorKind;
  /** The message without the call. */
  readonly reason: string;
  readonly #body: string;

  constructor(
    kind: GitLabErrorKind,
    call: CallName,
    status: number,
    reason: string,
    body = "",
    cause?: unknown,
  ) {
    super(
      `${call.method} ${call.path}: ${status === 0 ? "" : `${status} `}${reason}`,
      cause === undefined ? undefined : { cause },
    );
    this.kind = kind;
    this.reason = reason;
    this.status = status;
    this.method = call.method;
    this.path = call.path;
    this.#body = body;
  }

  /** The whole answer of GitLab, for tests and debuggers; private to printers that walk over fields. */
  answer(): string {
    return this.#body;
  }
}

/** The kind of failure behind an HTTP status that is not a success (GitLab: REST API, status codes). */
export function kindOf(status: number): GitLabErrorKind {
  if (status >= 300 && status < 400) return "redirect";
  if (status >= 500) return "server";
  return KINDS.get(status) ?? "refused";
}

const KINDS: ReadonlyMap<number, GitLabErrorKind> = new Map<number, GitLabErrorKind>([
  [400, "invalid"],
  [401, "unauthorised"],
  [403, "forbidden"],
  [404, "not-found"],
  [409, "conflict"],
  [412, "conflict"],
  [422, "invalid"],
  [429, "rate-limit"],
]);

/**
 * GitLab's own words from an error body: `message` (a text, or lists by field), `error`, `error_description`.
 * One line, at most 200 characters; an HTML or plain body says nothing. Whatever `secrets` holds is cut out.
 */
export function reasonIn(body: string, secrets: readonly string[]): string {
  const { message, error, error_description } = { ...Object(parsed(body)) } as Record<
    string,
    unknown
  >;
  let text = words([message, error, error_description]).replace(/\s+/g, " ").trim();
  for (const secret of secrets.filter((one) => one.length > 0))
    text = text.replaceAll(secret, "[…]");
  return text.length > 200 ? `${text.slice(0, 199)}…` : text;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

function words(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null) return "";
  if (Array.isArray(value)) return value.map(words).filter(Boolean).join(", ");
  return Object.entries(value)
    .map(([key, inner]) => (key === "error" || key === "base" ? "" : `${key} `) + words(inner))
    .join("; ");
}

/** The texts a request carries that no message may repeat: lines of what people or the bot wrote, whole or in part. */
export function confidentialLines(body: string): readonly string[] {
  const lines: string[] = [];
  collect(parsed(body), "", lines);
  return lines.sort((left, right) => right.length - left.length);
}

const WRITTEN = new Set(["body", "description", "title", "content"]);

function collect(value: unknown, key: string, lines: string[]): void {
  if (typeof value === "string") {
    if (!WRITTEN.has(key)) return;
    for (const line of value.split(/[\r\n]+/)) {
      const text = line.replace(/\s+/g, " ").trim();
      if (text.length >= 4) lines.push(text);
    }
    return;
  }
  if (typeof value !== "object" || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    collect(inner, Array.isArray(value) ? key : name, lines);
  }
}

/** The error code of the system or of undici, however deep fetch has wrapped it; without one, the innermost message. */
export function codeOf(thrown: unknown): string {
  let message = "unknown";
  for (let error = thrown; error instanceof Error; error = error.cause) {
    if ("code" in error && typeof error.code === "string") return error.code;
    message = error.message;
  }
  return message;
}
