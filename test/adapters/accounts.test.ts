import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { accountsFrom } from "../../scripts/adapters/accounts.ts";
import { connectGitLab } from "../../scripts/adapters/gitlab/connection.ts";
import { createInventory } from "../../scripts/adapters/gitlab/inventory.ts";
import { InformationRequest } from "../../scripts/domain/information-request/request.ts";
import { Scope } from "../../scripts/domain/information-request/scope.ts";
import { type Answer, json, jumpingClock, serve } from "./gitlab-fault-server.ts";

const FACTS = {
  namespace_exists: true,
  canonical_path: "acme-corp",
  plan: "ultimate",
  trial: false,
  paying: true,
  support_plan: "premium",
  deployment: "gitlab.com",
  requester_owns_account: true,
  resources_owned: "all",
  author_is_team_member: true,
};
const UNKNOWN = {
  namespace_exists: null,
  plan: null,
  trial: null,
  paying: null,
  support_plan: null,
  deployment: null,
  requester_owns_account: null,
  resources_owned: null,
  author_is_team_member: null,
};
const REQUEST = InformationRequest.parse({
  apiVersion: "v1",
  kind: "information_request",
  id: "IR-2026-0042",
  issue: 42,
  account: { path: "acme-corp", id: 12345 },
  window: { from: "2026-11-16T00:00:00Z", to: "2026-11-18T00:00:00Z" },
  resources: {
    groups: ["acme-corp", "acme-corp/payments"],
    projects: ["acme-corp/payments/api"],
    users: ["acme-jdoe"],
  },
  event_types: ["deploy_key_added", "member_added"],
});

const inventoryAt = (url: string) =>
  createInventory(connectGitLab({ url, token: "not-a-real-token" }));

async function service(answer: Answer, token?: string) {
  const { url, seen } = await serve(answer);
  const accounts = accountsFrom(`${url}/records/`, {
    ...(token === undefined ? {} : { token }),
    clock: jumpingClock().clock,
    deadlineMs: 200,
    inventory: inventoryAt(url),
    logSourcesOf: async (events) => events.map((event) => `source of ${event}`),
  });
  return { accounts, seen };
}

test("asks the service for the facts of an account and an author", async () => {
  const { accounts, seen } = await service((_seen, response) => json(response, FACTS), "s3cret");
  expect(await accounts.facts(REQUEST, "sofia & co")).toEqual(FACTS);
  expect(seen[0]?.url).toBe("/records/facts?account=acme-corp&author=sofia+%26+co");
  expect(seen[0]?.headers.authorization).toBe("Bearer s3cret");
});

test.each<[string, Answer]>([
  ["404", (_seen, response) => json(response, {}, 404)],
  ["401", (_seen, response) => json(response, {}, 401)],
  ["503", (_seen, response) => json(response, {}, 503)],
  ["429", (_seen, response) => json(response, {}, 429)],
  ["a redirect", (_seen, response) => response.writeHead(302, { location: "/login" }).end()],
  ["a reset", (_seen, response) => response.socket?.destroy()],
  ["no answer", () => {}],
])("facts that cannot be read are unknown, not granted: %s", async (_name, answer) => {
  const { accounts } = await service(answer);
  expect(await accounts.facts(REQUEST, "sofia")).toEqual(UNKNOWN);
});

/** Answers in full, but only once the client has given this try up. */
const tooLate: Answer = (_seen, response) => {
  response.once("close", () => json(response, FACTS));
};
const halfInTime: Answer = (_seen, response) => {
  const body = JSON.stringify(FACTS);
  response.writeHead(200, { "content-type": "application/json" }).write(body.slice(0, 20));
  response.once("close", () => response.end(body.slice(20)));
};

test.each<[string, Answer]>([
  ["comes after the deadline", tooLate],
  ["begins before the deadline and ends after it", halfInTime],
])("facts whose answer %s are unknown, after four tries", async (_name, answer) => {
  const { accounts, seen } = await service(answer);
  expect(await accounts.facts(REQUEST, "sofia")).toEqual(UNKNOWN);
  expect(seen).toHaveLength(4);
});

test("an answer in time is taken after one that came too late, and the late one changes nothing", async () => {
  const { accounts, seen } = await service((_seen, response, n) => {
    if (n === 0) response.once("close", () => json(response, { ...FACTS, paying: false }));
    else json(response, FACTS);
  });
  expect(await accounts.facts(REQUEST, "sofia")).toEqual(FACTS);
  expect(await accounts.facts(REQUEST, "sofia")).toEqual(FACTS);
  expect(seen).toHaveLength(2);
});

test.each<[string, Answer, RegExp]>([
  ["an unknown key", (_s, response) => json(response, { plans: "free" }), /plans.*correct the/],
  ["no object", (_s, response) => json(response, []), /correct the system/],
  ["another type", (_s, response) => json(response, { ...FACTS, paying: "yes" }), /paying/],
  [
    "a sign-in page",
    (_s, response) => response.writeHead(200, { "content-type": "text/html" }).end(),
    /JSON/,
  ],
])("facts of another shape are an error: %s", async (_name, answer, reason) => {
  const { accounts } = await service(answer);
  await expect(accounts.facts(REQUEST, "sofia")).rejects.toThrow(reason);
});

async function directory(name: string, text: string) {
  const path = await mkdtemp(join(tmpdir(), "seclog-accounts-"));
  onTestFinished(() => rm(path, { recursive: true }));
  await writeFile(join(path, name), text);
  return accountsFrom(`file:${path}`, {
    inventory: inventoryAt("http://127.0.0.1:9"),
    logSourcesOf: async () => [],
  });
}
const subgroup = { ...REQUEST, account: { path: "acme-corp/payments", id: 12346 } };

test("reads facts from a directory, a slash of the path as two underscores", async () => {
  const accounts = await directory("acme-corp__payments.json", JSON.stringify(FACTS));
  expect(await accounts.facts(subgroup, "sofia")).toEqual(FACTS);
  expect(await accounts.facts(REQUEST, "sofia")).toEqual(UNKNOWN);
});

test("a file of facts that is no JSON is an error", async () => {
  const accounts = await directory("acme-corp.json", "{");
  await expect(accounts.facts(REQUEST, "sofia")).rejects.toThrow(/not JSON/);
});

test.each(["http://records.example.com", "ftp://records.example.com"])("refuses %s", (address) => {
  const options = { inventory: inventoryAt("http://127.0.0.1:9"), logSourcesOf: async () => [] };
  expect(() => accountsFrom(address, options)).toThrow(/https:/);
});

const KNOWN = new Map<string, unknown>([
  ["/api/v4/groups/acme-corp", { id: 12345, full_path: "acme-corp" }],
  ["/api/v4/groups/acme-corp%2Fpayments", { id: 12346, full_path: "acme-corp/payments" }],
  [
    "/api/v4/projects/acme-corp%2Fpayments%2Fapi",
    {
      id: 9001,
      path_with_namespace: "acme-corp/payments/api",
      default_branch: "main",
      visibility: "private",
      web_url: "x",
    },
  ],
  [
    "/api/v4/users?username=acme-jdoe",
    [
      { id: 500, username: "Acme-JDoe", state: "active" },
      { id: 501, username: "acme-jdoe", state: "active" },
    ],
  ],
]);
const gitlab: Answer = ({ url }, response) => {
  const answer = KNOWN.get(url.replace(/\?with_projects=false$/, ""));
  if (answer === undefined) json(response, { message: "404 Not Found" }, 404);
  else json(response, answer);
};

test("makes the scope of a request from GitLab's ids, each asked for once", async () => {
  const { accounts, seen } = await service(gitlab);
  const scope = Scope.parse(await accounts.scope(REQUEST));
  expect(scope).toEqual({
    request_id: "IR-2026-0042",
    account: { path: "acme-corp", id: 12345 },
    namespaces: [
      { path: "acme-corp", id: 12345 },
      { path: "acme-corp/payments", id: 12346 },
    ],
    projects: [{ path: "acme-corp/payments/api", id: 9001 }],
    users: [{ username: "acme-jdoe", id: 501 }],
    window: REQUEST.window,
    event_types: REQUEST.event_types,
    log_sources: ["source of deploy_key_added", "source of member_added"],
    personal_data_approved: false,
  });
  expect(seen.filter((one) => one.url.startsWith("/api/v4/"))).toHaveLength(4);
});

test("the request's own log sources and its need of personal data go before", async () => {
  const { accounts } = await service(gitlab);
  const scope = await accounts.scope({
    ...REQUEST,
    log_sources: ["audit"],
    personal_data_needed: true,
  });
  expect(scope).toMatchObject({ log_sources: ["audit"], personal_data_approved: true });
});

test.each<[string, Answer]>([
  ["not found", (_seen, response) => json(response, { message: "404 Group Not Found" }, 404)],
  ["moved", (_seen, response) => response.writeHead(301, { location: "/api/v4/x" }).end()],
])("a path that is %s has no id", async (_name, answer) => {
  const inventory = inventoryAt((await serve(answer)).url);
  expect(await inventory.group("acme-corp")).toBeNull();
  expect(await inventory.project("acme-corp/api")).toBeNull();
});

test("the id behind another path is not a match", async () => {
  const { url } = await serve((seen, response) =>
    json(
      response,
      seen.url.includes("/users")
        ? []
        : {
            id: 1,
            full_path: "ACME-corp",
            path_with_namespace: "new-owner/api",
            visibility: "private",
            web_url: "x",
          },
    ),
  );
  const inventory = inventoryAt(url);
  expect(await inventory.group("acme-corp")).toBeNull();
  expect(await inventory.project("acme-corp/api")).toBeNull();
  expect(await inventory.user("acme-jdoe")).toBeNull();
});

test.each([401, 403, 500])("an inventory that fails with %i is an error", async (status) => {
  const { accounts } = await service((_seen, response) => json(response, {}, status));
  await expect(accounts.scope(REQUEST)).rejects.toThrow(String(status));
});

const INVENTORY = {
  groups: { "acme-corp": 1, "acme-corp/payments": 2 },
  projects: { "acme-corp/payments/api": 3 },
  users: {},
};

test("ids that the system of record gives come first; what it does not name is asked of GitLab", async () => {
  const asked: string[] = [];
  const ask = async (name: string) => {
    asked.push(name);
    return 501;
  };
  const path = await mkdtemp(join(tmpdir(), "seclog-accounts-"));
  onTestFinished(() => rm(path, { recursive: true }));
  await writeFile(join(path, "acme-corp.json"), JSON.stringify({ ...FACTS, inventory: INVENTORY }));
  const accounts = accountsFrom(`file:${path}`, {
    inventory: { group: ask, project: ask, user: ask },
    logSourcesOf: async () => ["audit"],
  });
  expect(await accounts.facts(REQUEST, "sofia")).toEqual(FACTS);
  expect(await accounts.accountId("acme-corp")).toBe(1);
  const scope = Scope.parse(await accounts.scope(REQUEST));
  expect(scope.projects).toEqual([{ path: "acme-corp/payments/api", id: 3 }]);
  expect(scope.users).toEqual([{ username: "acme-jdoe", id: 501 }]);
  expect(asked).toEqual(["acme-jdoe"]);
  expect(await accounts.accountId("unheard-of")).toBe(501);
});

test("an inventory of another shape is an error", async () => {
  const odd = { ...FACTS, inventory: { ...INVENTORY, groups: { "acme-corp": "1" } } };
  const accounts = await directory("acme-corp.json", JSON.stringify(odd));
  await expect(accounts.accountId("acme-corp")).rejects.toThrow(/inventory.groups.acme-corp/);
});

test("without a system of record every fact is unknown", async () => {
  const ask = async () => 7;
  const accounts = accountsFrom(null, {
    inventory: { group: ask, project: ask, user: ask },
    logSourcesOf: async () => [],
  });
  expect(await accounts.facts(REQUEST, "sofia")).toEqual(UNKNOWN);
  expect(await accounts.accountId("acme-corp")).toBe(7);
});
