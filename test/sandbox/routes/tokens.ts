/** Access tokens: personal and impersonation ones by an administrator, project and group ones with their bot users. */
import { badRequest, fail, notFound } from "../errors.ts";
import { addMember, createToken, createUser } from "../factory.ts";
import {
  type App,
  type Ctx,
  groupOf,
  paginate,
  pathId,
  projectFor,
  requireAdmin,
  requireGroupLevel,
  requireUser,
} from "../http.ts";
import { ACCESS, type Group, type Project, type Token } from "../model.ts";
import type { Params } from "../params.ts";
import type { Json } from "../presenters.ts";
import type { State } from "../state.ts";

const SCOPES: readonly string[] = [
  "api",
  "read_api",
  "read_user",
  "create_runner",
  "manage_runner",
  "k8s_proxy",
  "self_rotate",
  "read_repository",
  "write_repository",
  "read_registry",
  "write_registry",
  "ai_features",
  "sudo",
  "admin_mode",
];
const ONE_YEAR_DAYS = 365;

function present(state: State, token: Token, withValue = false): Json {
  return {
    id: token.id,
    name: token.name,
    description: null,
    revoked: token.revoked,
    created_at: token.createdAt,
    scopes: token.scopes,
    user_id: token.userId,
    last_used_at: token.lastUsedAt,
    active:
      !token.revoked && (token.expiresAt === null || token.expiresAt > state.stamp().slice(0, 10)),
    expires_at: token.expiresAt,
    ...(token.kind === "impersonation" ? { impersonation: true } : {}),
    ...(token.accessLevel === null
      ? {}
      : {
          access_level: token.accessLevel,
          resource_type: token.kind,
          resource_id: token.projectId ?? token.groupId,
        }),
    ...(withValue ? { token: token.value } : {}),
  };
}

function readWish(
  state: State,
  params: Params,
): { name: string; scopes: string[]; expiresAt: string } {
  const name = params.required("name");
  const scopes = params.list("scopes") ?? fail(400, { error: "scopes is missing" });
  if (scopes.length === 0) badRequest("Scopes can't be blank");
  if (!scopes.every((scope) => SCOPES.includes(scope))) {
    fail(400, { error: "scopes does not have a valid value" });
  }
  const limit = new Date(state.now().getTime() + ONE_YEAR_DAYS * 86_400_000);
  const expiresAt = params.text("expires_at") ?? limit.toISOString().slice(0, 10);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(expiresAt)) fail(400, { error: "expires_at is invalid" });
  if (expiresAt <= state.stamp().slice(0, 10)) badRequest("Expiration date must be in the future");
  return { name, scopes, expiresAt };
}

/** A project or group token makes a bot user that is a member of that one place. */
function createBotToken(
  state: State,
  params: Params,
  home:
    | { readonly kind: "project"; readonly of: Project }
    | { readonly kind: "group"; readonly of: Group },
): Token {
  const wish = readWish(state, params);
  const accessLevel = params.int("access_level") ?? ACCESS.maintainer;
  if (![10, 15, 20, 30, 40, 50].includes(accessLevel)) {
    fail(400, { error: "access_level does not have a valid value" });
  }
  const username = `${home.kind}_${home.of.id}_bot_${state.nextId("bot").toString(16).padStart(4, "0")}`;
  const bot = createUser(state, { username, name: wish.name, bot: true });
  addMember(state, home.of.members, bot.id, accessLevel, { expiresAt: wish.expiresAt });
  return createToken(state, {
    ...wish,
    kind: home.kind,
    userId: bot.id,
    accessLevel,
    projectId: home.kind === "project" ? home.of.id : null,
    groupId: home.kind === "group" ? home.of.id : null,
  });
}

function registerSelf(app: App, state: State): void {
  const own = (c: Ctx): Token => {
    requireUser(c);
    return c.var.actor?.token ?? notFound();
  };
  app.get("/personal_access_tokens/self", (c) => c.json(present(state, own(c))));
  app.delete("/personal_access_tokens/self", (c) => {
    own(c).revoked = true;
    return c.body(null, 204);
  });
  app.post("/personal_access_tokens/self/rotate", (c) => {
    const old = own(c);
    old.revoked = true;
    const fresh = createToken(state, {
      kind: old.kind,
      userId: old.userId,
      name: old.name,
      scopes: old.scopes,
      projectId: old.projectId,
      groupId: old.groupId,
      accessLevel: old.accessLevel,
      expiresAt: c.var.params.text("expires_at") ?? old.expiresAt,
    });
    return c.json(present(state, fresh, true));
  });
  app.get("/personal_access_tokens", (c) => {
    const user = requireUser(c);
    const wanted = c.var.params.int("user_id") ?? (user.admin ? undefined : user.id);
    if (!user.admin && wanted !== user.id) fail(401);
    const found = state.tokens.filter(
      (one) => one.kind === "personal" && (wanted === undefined || one.userId === wanted),
    );
    return c.json(paginate(c, found).map((one) => present(state, one)));
  });
}

function registerForUsers(app: App, state: State): void {
  for (const [word, kind] of [
    ["personal_access_tokens", "personal"],
    ["impersonation_tokens", "impersonation"],
  ] as const) {
    app.post(`/users/:id/${word}`, (c) => {
      requireAdmin(c);
      const user = state.users.get(pathId(c, "id")) ?? notFound("User");
      const token = createToken(state, { ...readWish(state, c.var.params), kind, userId: user.id });
      return c.json(present(state, token, true), 201);
    });
  }
  app.get("/users/:id/impersonation_tokens", (c) => {
    requireAdmin(c);
    const id = pathId(c, "id");
    const found = state.tokens.filter((one) => one.kind === "impersonation" && one.userId === id);
    return c.json(paginate(c, found).map((one) => present(state, one)));
  });
  app.delete("/personal_access_tokens/:id", (c) => {
    const user = requireUser(c);
    const token = state.tokens.find((one) => one.id === pathId(c, "id")) ?? notFound();
    if (!user.admin && token.userId !== user.id) fail(403);
    token.revoked = true;
    return c.body(null, 204);
  });
}

/** Who may handle the tokens of this project or group, and which those are. */
type Home = (c: Ctx) => Parameters<typeof createBotToken>[2];

function registerBots(app: App, state: State, base: string, home: Home): void {
  const listed = (c: Ctx): Token[] => {
    const { kind, of } = home(c);
    return state.tokens.filter(
      (one) => one.kind === kind && (kind === "project" ? one.projectId : one.groupId) === of.id,
    );
  };
  const one = (c: Ctx): Token => {
    const id = pathId(c, "token_id");
    return listed(c).find((token) => token.id === id) ?? notFound();
  };
  app.get(base, (c) => c.json(paginate(c, listed(c)).map((token) => present(state, token))));
  app.post(base, (c) =>
    c.json(present(state, createBotToken(state, c.var.params, home(c)), true), 201),
  );
  app.get(`${base}/:token_id`, (c) => c.json(present(state, one(c))));
  app.delete(`${base}/:token_id`, (c) => {
    const token = one(c);
    token.revoked = true;
    home(c).of.members.delete(token.userId);
    return c.body(null, 204);
  });
}

export function registerTokens(app: App, state: State): void {
  registerSelf(app, state);
  registerForUsers(app, state);
  registerBots(app, state, "/projects/:id/access_tokens", (c) => ({
    kind: "project",
    of: projectFor(c, state, ACCESS.maintainer).project,
  }));
  registerBots(app, state, "/groups/:id/access_tokens", (c) => {
    const group = groupOf(c, state);
    requireGroupLevel(c, state, group, ACCESS.owner);
    return { kind: "group", of: group };
  });
}
