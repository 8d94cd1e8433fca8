/** The control API outside `/api/v4`: clock, faults, write log, reset, facts, job tokens. For tests and the demo. */
import { fail, notFound } from "./errors.ts";
import { createJobToken } from "./factory.ts";
import { presentFault, readFault } from "./faults.ts";
import type { App, Ctx } from "./http.ts";
import type { Group } from "./model.ts";
import { Params, parseBody, parseRack } from "./params.ts";
import type { State } from "./state.ts";

const BASE = "/-/sandbox";

async function read(c: Ctx): Promise<Params> {
  const query = parseRack(new URL(c.req.url).search.slice(1));
  const body = await parseBody(c.req.header("content-type") ?? "", await c.req.arrayBuffer());
  return new Params({ ...query, ...body });
}

/**
 * What the system of record says of an account: plan and trial from the group, ownership from its members,
 * anything from the group's `facts`, which win. `author` is the team member who filed the request.
 */
function factsOf(state: State, path: string, author: string | undefined): Record<string, unknown> {
  const group = state.group(path);
  if (group === undefined) {
    return {
      namespace_exists: false,
      deployment: "gitlab.com",
      author_is_team_member: teamMember(state, author),
    };
  }
  const root: Group = state.groupChain(group.id).at(-1) ?? group;
  return {
    namespace_exists: true,
    canonical_path: root.fullPath,
    plan: root.plan,
    trial: root.trial,
    paying: root.plan !== "free" && !root.trial,
    support_plan: root.plan === "free" ? "none" : "standard",
    deployment: "gitlab.com",
    requester_owns_account: null,
    resources_owned: null,
    author_is_team_member: teamMember(state, author),
    inventory: inventoryOf(state, root),
    ...root.facts,
  };
}

/** Ids by path and user name of everything below a top-level group. */
function inventoryOf(state: State, root: Group): Record<string, Record<string, number>> {
  const groups = [...state.groups.values()].filter((one) =>
    state.groupChain(one.id).includes(root),
  );
  const ids = new Set(groups.map((one) => one.id));
  const projects = [...state.projects.values()].filter((one) => ids.has(one.groupId ?? 0));
  const members = [...groups, ...projects].flatMap((one) => [...one.members.keys()]);
  const users = members.flatMap((id) => state.users.get(id) ?? []);
  return {
    groups: Object.fromEntries(groups.map((one) => [one.fullPath, one.id])),
    projects: Object.fromEntries(projects.map((one) => [one.fullPath, one.id])),
    users: Object.fromEntries(users.map((one) => [one.username, one.id])),
  };
}

/** Team members are members of the `sec` group or below it. */
function teamMember(state: State, author: string | undefined): boolean | null {
  if (author === undefined) return null;
  const user = state.userNamed(author);
  if (user === undefined) return false;
  const home = state.group("sec");
  return [...state.groups.values()].some(
    (group) =>
      home !== undefined && state.groupChain(group.id).includes(home) && group.members.has(user.id),
  );
}

export function registerControl(app: App, state: State): void {
  const clock = (): Record<string, unknown> => ({ now: state.stamp() });
  app.get(`${BASE}/clock`, (c) => c.json(clock()));
  app.on(["PUT", "POST"], `${BASE}/clock`, async (c) => {
    const params = await read(c);
    const now = params.values["now"];
    if (now === null) state.setClock(null);
    else if (now !== undefined) {
      if (params.time("now") === undefined) fail(400, { error: "now is invalid" });
      state.setClock(String(now));
    }
    const seconds = params.int("advance_seconds");
    if (seconds !== undefined) state.advanceClock(seconds);
    return c.json(clock());
  });

  app.get(`${BASE}/faults`, (c) => c.json(state.faults.map(presentFault)));
  app.post(`${BASE}/faults`, async (c) => {
    const fault = readFault(state, await read(c));
    state.faults.push(fault);
    return c.json(presentFault(fault), 201);
  });
  app.delete(`${BASE}/faults`, (c) => {
    state.faults = [];
    return c.body(null, 204);
  });
  app.put(`${BASE}/limits`, async (c) => {
    const params = await read(c);
    state.requestsPerMinute = params.requiredInt("requests_per_minute");
    state.requestCounts.clear();
    return c.json({ requests_per_minute: state.requestsPerMinute });
  });

  app.get(`${BASE}/writes`, (c) => {
    const since = Number(c.req.query("since") ?? 0);
    return c.json(state.writes.slice(since));
  });
  app.delete(`${BASE}/writes`, (c) => {
    state.writes = [];
    return c.body(null, 204);
  });

  app.post(`${BASE}/reset`, async (c) => {
    await state.settled();
    await state.reseed();
    return c.json({ message: "201 Created" }, 201);
  });
  app.post(`${BASE}/settle`, async (c) => {
    await state.settled();
    return c.json({ message: "201 Created" }, 201);
  });
  app.get(`${BASE}/facts`, (c) => {
    const account = c.req.query("account") ?? fail(400, { error: "account is missing" });
    return c.json(factsOf(state, account, c.req.query("author")));
  });
  app.put(`${BASE}/facts`, async (c) => {
    const params = await read(c);
    const group = state.group(params.required("account")) ?? notFound("Group");
    Object.assign(group.facts, params.nested("facts").values);
    return c.json(factsOf(state, group.fullPath, undefined));
  });
  app.post(`${BASE}/job_tokens`, async (c) => {
    const params = await read(c);
    const project = state.project(params.required("project")) ?? notFound("Project");
    const user = state.userNamed(params.required("username")) ?? notFound("User");
    return c.json({ token: createJobToken(state, user, project).value }, 201);
  });
}
