// A small world for the tests of repositories and merge requests, served over real HTTP on a free port.
import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serve } from "@hono/node-server";
import { createApp } from "../app.ts";
import { addMember, createGroup, createProject, createToken, createUser } from "../factory.ts";
import { initialiseRepository } from "../git/project-repository.ts";
import { ACCESS, type Group, type Project, type User } from "../model.ts";
import { State } from "../state.ts";
import { installWebhooks } from "../webhooks.ts";

type Answer = {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever JSON the server sent.
  readonly body: any;
  readonly headers: Headers;
};

/** Calls the API as somebody; `body` goes as JSON. */
type Call = (method: string, path: string, body?: unknown) => Promise<Answer>;

export type Fixture = {
  readonly state: State;
  readonly url: string;
  readonly project: Project;
  readonly legal: Group;
  readonly security: Group;
  readonly users: Readonly<Record<Name, User>>;
  readonly tokens: Readonly<Record<Name, string>>;
  readonly as: Readonly<Record<Name, Call>>;
  readonly close: () => void;
};

const NAMES = ["admin", "lena", "sam", "sofia", "reader", "outsider", "bot"] as const;
type Name = (typeof NAMES)[number];

/** `sec/seclog` (private, Premium) with lena in legal, sam in security, sofia Developer, reader Reporter, bot Maintainer. */
export async function startFixture(plan = "premium"): Promise<Fixture> {
  const state = new State();
  state.workDir = mkdtempSync(join(tmpdir(), "sandbox-mr-"));
  const users = Object.fromEntries(
    NAMES.map((name) => [
      name,
      createUser(state, { username: name, admin: name === "admin", bot: name === "bot" }),
    ]),
  ) as Record<Name, User>;
  const tokens = Object.fromEntries(
    NAMES.map((name) => [
      name,
      createToken(state, { userId: users[name].id, kind: "personal" }).value,
    ]),
  ) as Record<Name, string>;
  const group = createGroup(state, { path: "sec", plan });
  const legal = createGroup(state, { path: "legal", parentId: group.id });
  const security = createGroup(state, { path: "security", parentId: group.id });
  const project = createProject(state, users.admin, { path: "seclog", group });
  addMember(state, legal.members, users.lena.id, ACCESS.developer);
  addMember(state, security.members, users.sam.id, ACCESS.developer);
  for (const name of ["lena", "sam", "sofia"] as const) {
    addMember(state, project.members, users[name].id, ACCESS.developer);
  }
  addMember(state, project.members, users.reader.id, ACCESS.reporter);
  addMember(state, project.members, users.bot.id, ACCESS.maintainer);
  initialiseRepository(state, project, users.admin, {
    files: { "README.md": "# seclog\n", "docs/guide.md": "one\ntwo\nthree\n" },
  });
  installWebhooks(state);
  const app = createApp(state);
  const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" });
  await new Promise((resolve) => server.once("listening", resolve));
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const as = Object.fromEntries(
    NAMES.map((name) => [name, callAs(state.url, tokens[name])]),
  ) as Record<Name, Call>;
  const close = (): void => {
    server.close();
    rmSync(state.workDir, { recursive: true, force: true });
  };
  return { state, url: state.url, project, legal, security, users, tokens, as, close };
}

function callAs(url: string, token: string): Call {
  return async (method, path, body) => {
    const response = await fetch(`${url}/api/v4${path}`, {
      method,
      headers: { "private-token": token, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const json = (response.headers.get("content-type") ?? "").includes("json");
    return {
      status: response.status,
      body: json ? JSON.parse(text) : text,
      headers: response.headers,
    };
  };
}

/** A branch with one changed file and a merge request for it; returns its iid and head. */
export async function openMergeRequest(
  { as, project }: Fixture,
  branch: string,
  by: Name = "bot",
): Promise<{ readonly iid: number; readonly sha: string; readonly path: string }> {
  await as[by]("POST", `/projects/${project.id}/repository/commits`, {
    branch,
    start_branch: "main",
    commit_message: "Add a request",
    actions: [{ action: "create", file_path: `requests/${branch}.yaml`, content: "id: 1\n" }],
  });
  const made = await as[by]("POST", `/projects/${project.id}/merge_requests`, {
    source_branch: branch,
    target_branch: "main",
    title: `Request ${branch}`,
  });
  const path = `/projects/${project.id}/merge_requests/${made.body.iid}`;
  return { iid: made.body.iid, sha: made.body.sha, path };
}
