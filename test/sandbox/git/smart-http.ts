// Clone, fetch and push over HTTP: `git http-backend` behind GitLab's checks of token, role and branch protection.
import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { ApiError } from "../errors.ts";
import { type Actor, type App, actorOfToken, type Ctx } from "../http.ts";
import { ACCESS, type Project } from "../model.ts";
import type { State } from "../state.ts";
import { mayReadCode } from "./access.ts";
import { mayForce, mayPush } from "./branch-protection.ts";
import { ensureRepository, protectDefaultBranch } from "./project-repository.ts";
import { afterPush } from "./push.ts";
import { NO_COMMIT, type Repository } from "./repository.ts";
import { GIT_ENVIRONMENT } from "./run-git.ts";

const ROUTE = /^\/(.+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/;

/** Root route for git clients; every other path falls through. */
export function registerSmartHttp(app: App, state: State): void {
  app.use("/*", async (c, next) => {
    const match = ROUTE.exec(new URL(c.req.url).pathname);
    if (match === null) return next();
    return serve(c, state, state.project(match[1] ?? ""), match[2] ?? "");
  });
}

async function serve(
  c: Ctx,
  state: State,
  project: Project | undefined,
  path: string,
): Promise<Response> {
  const service = path === "info/refs" ? c.req.query("service") : path;
  if (service !== "git-upload-pack" && service !== "git-receive-pack") {
    return text(403, "Git over HTTP: only the smart protocol is served");
  }
  const actor = basicActor(c, state);
  const push = service === "git-receive-pack";
  const refusal = refuse(state, project, actor, push);
  if (refusal !== null || project === undefined) return refusal ?? text(404, "Not found");
  const repository = ensureRepository(state, project);
  const body = Buffer.from(await c.req.arrayBuffer());
  if (!push || path === "info/refs" || actor === null) {
    return backend(c, repository, path, body, {});
  }
  return receive(c, state, project, repository, actor, body);
}

/** The token is the password; the user name may be anything, as in GitLab. */
function basicActor(c: Ctx, state: State): Actor | null {
  const basic = /^Basic (.+)$/i.exec(c.req.header("authorization") ?? "")?.[1];
  if (basic === undefined) return null;
  const pair = Buffer.from(basic, "base64").toString("utf8");
  try {
    return actorOfToken(state, pair.slice(pair.indexOf(":") + 1));
  } catch (error) {
    if (error instanceof ApiError) return null;
    throw error;
  }
}

function refuse(
  state: State,
  project: Project | undefined,
  actor: Actor | null,
  push: boolean,
): Response | null {
  const user = actor?.user ?? null;
  if (project !== undefined && !push && mayReadCode(state, project, user)) {
    return actor === null || hasScope(actor, project, false) ? null : denied();
  }
  if (actor === null) return denied();
  if (project === undefined || !mayReadCode(state, project, user)) {
    return text(
      404,
      "The project you were looking for could not be found or you don't have permission to view it.",
    );
  }
  if (!hasScope(actor, project, true)) return denied();
  return state.accessLevel(user, project) >= ACCESS.developer
    ? null
    : text(403, "You are not allowed to push code to this project.");
}

function hasScope(actor: Actor, project: Project, push: boolean): boolean {
  const { token } = actor;
  if (token.kind === "job") {
    if (!push) return true;
    const allowed = project.settings["ci_push_repository_for_job_token_allowed"] === true;
    return allowed && token.projectId === project.id;
  }
  const needed = push
    ? ["api", "write_repository"]
    : ["api", "read_repository", "write_repository"];
  return needed.some((scope) => token.scopes.includes(scope));
}

function denied(): Response {
  return new Response("HTTP Basic: Access denied.\n", {
    status: 401,
    headers: { "www-authenticate": 'Basic realm="GitLab"', "content-type": "text/plain" },
  });
}

function text(status: number, message: string): Response {
  return new Response(`${message}\n`, { status, headers: { "content-type": "text/plain" } });
}

/** A push: refused whole by the pre-receive hook, or taken and told to everything that watches the branches. */
async function receive(
  c: Ctx,
  state: State,
  project: Project,
  repository: Repository,
  actor: Actor,
  body: Buffer,
): Promise<Response> {
  installHook(repository);
  const packed = c.req.header("content-encoding") === "gzip";
  const commands = pushCommands(packed ? gunzipSync(body) : body);
  const before = repository.branches();
  const fresh = before.size === 0;
  const response = await backend(c, repository, "git-receive-pack", body, {
    SANDBOX_REFUSAL: refusalOf(state, project, actor, commands, fresh),
    SANDBOX_NO_FORCE: commands
      .filter((one) => !mayForce(project, one.branch))
      .map((one) => `refs/heads/${one.branch}`)
      .join("\n"),
  });
  repository.forgetRefs();
  const after = repository.branches();
  for (const branch of new Set([...before.keys(), ...after.keys()])) {
    const from = before.get(branch) ?? null;
    const to = after.get(branch) ?? null;
    if (from !== to) afterPush(state, project, { branch, from, to }, actor.user);
  }
  if (fresh && after.size > 0) protectDefaultBranch(state, project);
  return response;
}

type PushCommand = { readonly from: string; readonly to: string; readonly branch: string };

/** The branch updates at the head of a push, from its pkt-lines. */
function pushCommands(body: Buffer): readonly PushCommand[] {
  const commands: PushCommand[] = [];
  let position = 0;
  for (;;) {
    const length = Number.parseInt(body.toString("latin1", position, position + 4), 16);
    if (!(length >= 4)) return commands;
    const line = body.toString("utf8", position + 4, position + length).split("\0")[0] ?? "";
    const match = /^([0-9a-f]{40}) ([0-9a-f]{40}) refs\/heads\/(.+?)\n?$/.exec(line);
    if (match !== null) {
      commands.push({ from: match[1] ?? "", to: match[2] ?? "", branch: match[3] ?? "" });
    }
    position += length;
  }
}

function refusalOf(
  state: State,
  project: Project,
  actor: Actor,
  commands: readonly PushCommand[],
  fresh: boolean,
): string {
  if (fresh) return "";
  for (const { branch, to } of commands) {
    const guarded = project.protectedBranches.some((one) => one.name === branch);
    if (to === NO_COMMIT && branch === project.defaultBranch) {
      return "The default branch of a project cannot be deleted.";
    }
    if (to === NO_COMMIT && guarded) {
      return "You can only delete protected branches using the web interface.";
    }
    if (!mayPush(state, project, branch, actor.user)) {
      return "You are not allowed to push code to protected branches on this project.";
    }
  }
  return "";
}

const HOOK = `#!/bin/sh
if [ -n "$SANDBOX_REFUSAL" ]; then echo "GitLab: $SANDBOX_REFUSAL" >&2; exit 1; fi
while read -r old new ref; do
  echo "$SANDBOX_NO_FORCE" | grep -Fqx "$ref" || continue
  case "$old$new" in *${NO_COMMIT}*) continue ;; esac
  git merge-base --is-ancestor "$old" "$new" && continue
  echo "GitLab: You are not allowed to force push code to a protected branch on this project." >&2
  exit 1
done
`;

function installHook(repository: Repository): void {
  const file = join(repository.directory, "hooks", "pre-receive");
  if (existsSync(file)) return;
  mkdirSync(join(repository.directory, "hooks"), { recursive: true });
  writeFileSync(file, HOOK);
  chmodSync(file, 0o755);
}

/** Runs `git http-backend` as a CGI program for one request. */
async function backend(
  c: Ctx,
  repository: Repository,
  path: string,
  body: Buffer,
  env: Readonly<Record<string, string>>,
): Promise<Response> {
  const child = spawn("git", ["http-backend"], {
    env: {
      ...GIT_ENVIRONMENT,
      GIT_PROJECT_ROOT: repository.directory,
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: `/${path}`,
      QUERY_STRING: new URL(c.req.url).search.slice(1),
      REQUEST_METHOD: c.req.method,
      CONTENT_TYPE: c.req.header("content-type") ?? "",
      CONTENT_LENGTH: String(body.length),
      HTTP_CONTENT_ENCODING: c.req.header("content-encoding") ?? "",
      GIT_PROTOCOL: c.req.header("git-protocol") ?? "",
      REMOTE_USER: "git",
      ...env,
    },
  });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  // A backend that refuses early closes its input; the answer it gave still counts.
  child.stdin.on("error", () => undefined);
  child.stdin.end(body);
  await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  return cgiResponse(Buffer.concat(chunks));
}

function cgiResponse(output: Buffer): Response {
  const end = output.indexOf("\r\n\r\n");
  const headers = new Headers();
  let status = 200;
  for (const line of output.toString("latin1", 0, end).split("\r\n")) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon);
    const value = line.slice(colon + 1).trim();
    if (name.toLowerCase() === "status") status = Number.parseInt(value, 10);
    else if (colon > 0) headers.append(name, value);
  }
  return new Response(new Uint8Array(output.subarray(end + 4)), { status, headers });
}
