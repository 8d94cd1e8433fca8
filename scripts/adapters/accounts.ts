// The system of record for accounts: facts from its own service or from files, ids from GitLab.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { AccountFacts } from "../domain/information-request/facts.ts";
import type { InformationRequest } from "../domain/information-request/request.ts";
import type { Scope } from "../domain/information-request/scope.ts";
import type { Accounts } from "../ports/accounts.ts";
import { GitLabError } from "./gitlab/gitlab-error.ts";
import type { Inventory } from "./gitlab/inventory.ts";
import { once } from "./gitlab/reading.ts";
import { jsonOf } from "./gitlab/requester.ts";
import { createTransport, type TransportOptions } from "./gitlab/transport.ts";

export type AccountsOptions = Omit<TransportOptions, "secrets"> & {
  /** Bearer token of the service, when it wants one. */
  readonly token?: string;
  readonly inventory: Inventory;
  /** The log sources that carry these event types. */
  readonly logSourcesOf: (eventTypes: readonly string[]) => Promise<readonly string[]>;
};

/**
 * `https://…` asks `<url>/facts?account=<path>&author=<username>` (plain http for this machine alone);
 * `file:DIR` reads `DIR/<path with / as __>.json`.
 * without an address every fact is unknown.
 * @throws TypeError when the address is neither
 */
export function accountsFrom(address: string | null, options: AccountsOptions): Accounts {
  const read = once(readerFor(address, options));
  const inventoryFor = async (account: string): Promise<Inventory> =>
    knownFirst(await read(account, ""), account, options.inventory);
  return {
    facts: async (request, author) => {
      const answer = await read(request.account.path, author);
      if (answer === null) return UNREADABLE;
      const { inventory: _, ...facts } = answerIn(answer, request.account.path);
      return facts;
    },
    accountId: async (account) => (await inventoryFor(account)).group(account),
    scope: async (request) =>
      scopeOf(request, { ...options, inventory: await inventoryFor(request.account.path) }),
  };
}

function readerFor(address: string | null, options: AccountsOptions): ReadFacts {
  if (address === null) return async () => null;
  return address.startsWith("file:")
    ? fromDirectory(address.slice("file:".length))
    : fromService(address, options);
}

/** Every fact unknown: the request needs more information, it is not refused and not accepted. */
const UNREADABLE = AccountFacts.parse({});

const Ids = z.record(z.string(), z.int().positive());
/** The facts, and the ids by path or user name that the system of record may give with them. */
const AccountAnswer = AccountFacts.extend({
  inventory: z.strictObject({ groups: Ids, projects: Ids, users: Ids }).optional(),
});

/** The bot need not be able to see the customer's groups: only what the system of record does not name is asked of GitLab. */
function knownFirst(answer: unknown, account: string, gitlab: Inventory): Inventory {
  const known = answer === null ? undefined : answerIn(answer, account).inventory;
  const first =
    (
      ids: Readonly<Record<string, number>> | undefined,
      ask: (name: string) => Promise<number | null>,
    ) =>
    async (name: string) =>
      ids !== undefined && Object.hasOwn(ids, name) ? (ids[name] ?? null) : ask(name);
  return {
    group: first(known?.groups, gitlab.group),
    project: first(known?.projects, gitlab.project),
    user: first(known?.users, gitlab.user),
  };
}

/** The parsed answer, null when there is none to be had. */
type ReadFacts = (account: string, author: string) => Promise<unknown>;

function answerIn(answer: unknown, account: string): z.output<typeof AccountAnswer> {
  const result = AccountAnswer.safeParse(answer);
  if (result.success) return result.data;
  const faults = result.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new TypeError(
    `the facts of ${account} are not as agreed (${faults.join("; ")}); correct the system of record`,
  );
}

function fromDirectory(directory: string): ReadFacts {
  return async (account) => {
    let text: string;
    try {
      text = await readFile(join(directory, `${account.replaceAll("/", "__")}.json`), "utf8");
    } catch {
      return null;
    }
    try {
      return JSON.parse(text);
    } catch {
      throw new TypeError(`the facts of ${account} are not JSON; correct the file`);
    }
  };
}

const FACTS_LIMIT = 1024 * 1024;

function fromService(address: string, options: AccountsOptions): ReadFacts {
  const base = new URL(`${address.replace(/\/+$/, "")}/facts`);
  const here = ["127.0.0.1", "localhost", "[::1]"].includes(base.hostname);
  if (base.protocol !== "https:" && !(base.protocol === "http:" && here)) {
    throw new TypeError("accounts come from https://… or file:DIR");
  }
  const { token } = options;
  const transport = createTransport({ ...options, secrets: token === undefined ? [] : [token] });
  const headers = {
    accept: "application/json",
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  return async (account, author) => {
    const url = new URL(base);
    url.search = new URLSearchParams({ account, author }).toString();
    try {
      const answer = await transport.send({ method: "GET", url, headers, limit: FACTS_LIMIT });
      return jsonOf(answer, { method: "GET", path: url.pathname });
    } catch (error) {
      if (error instanceof GitLabError && !THROWN.has(error.kind)) return null;
      throw error;
    }
  };
}

/** An answer that came but cannot be understood, and a run that was stopped; all else leaves the facts unknown. */
const THROWN: ReadonlySet<string> = new Set(["not-json", "too-large", "cancelled"]);

async function scopeOf(
  request: InformationRequest,
  { inventory, logSourcesOf }: AccountsOptions,
): Promise<Scope> {
  const { resources } = request;
  const named = (path: string, id: (path: string) => Promise<number | null>) =>
    id(path).then((known) => ({ path, id: known }));
  const each = (paths: readonly string[], id: (path: string) => Promise<number | null>) =>
    Promise.all([...new Set(paths)].map((path) => named(path, id)));
  const [account, groups, projects, users] = await Promise.all([
    named(request.account.path, inventory.group),
    each(
      resources.groups.filter((path) => path !== request.account.path),
      inventory.group,
    ),
    each(resources.projects, inventory.project),
    each(resources.users, inventory.user),
  ]);
  return {
    request_id: request.id,
    account,
    namespaces: [account, ...groups],
    projects,
    users: users.map(({ path, id }) => ({ username: path, id })),
    window: request.window,
    event_types: request.event_types,
    log_sources: request.log_sources ?? [...(await logSourcesOf(request.event_types))],
    personal_data_approved: request.personal_data_needed === true,
  };
}
