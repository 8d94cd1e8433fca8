/** Members of groups and projects, direct and inherited. */
import { fail, notFound } from "../errors.ts";
import { addMember } from "../factory.ts";
import { type App, type Ctx, groupOf, paginate, pathId, projectOf, requireUser } from "../http.ts";
import { ACCESS, type Group, type Member, type User } from "../model.ts";
import { type Json, presentUser, presentUserId } from "../presenters.ts";
import type { State } from "../state.ts";

/** What a members route works on: the direct members, the ancestors, and the asker's level. */
interface Home {
  readonly members: Map<number, Member>;
  readonly chain: readonly Group[];
  readonly level: number;
  readonly manageLevel: number;
  readonly path: string;
  readonly id: number;
  readonly type: "Group" | "Project";
}

const LEVELS: readonly number[] = [5, 10, 15, 20, 30, 40, 50];

function present(state: State, member: Member): Json {
  return {
    ...presentUser(state, state.user(member.userId)),
    access_level: member.accessLevel,
    created_at: member.createdAt,
    expires_at: member.expiresAt,
    created_by: presentUserId(state, member.createdById) ?? undefined,
    membership_state: "active",
    group_saml_identity: null,
  };
}

function filtered(c: Ctx, state: State, members: Iterable<Member>): Member[] {
  const query = c.var.params.text("query")?.toLowerCase();
  const ids = c.var.params.ints("user_ids");
  return [...members]
    .filter((one) => state.memberActive(one))
    .filter((one) => ids === undefined || ids.includes(one.userId))
    .filter((one) => {
      const user = state.user(one.userId);
      return query === undefined || `${user.name} ${user.username}`.toLowerCase().includes(query);
    })
    .sort((a, b) => a.userId - b.userId);
}

function readExpiry(c: Ctx): string | null | undefined {
  const text = c.var.params.text("expires_at");
  if (text === undefined) return undefined;
  if (text === "") return null;
  return /^\d{4}-\d{2}-\d{2}/.test(text)
    ? text.slice(0, 10)
    : fail(400, { error: "expires_at is invalid" });
}

function readLevel(c: Ctx): number {
  const level = c.var.params.requiredInt("access_level");
  return LEVELS.includes(level)
    ? level
    : fail(400, { error: "access_level does not have a valid value" });
}

function registerFor(app: App, state: State, base: string, home: (c: Ctx) => Home): void {
  const manage = (c: Ctx): { at: Home; user: User } => {
    const at = home(c);
    const user = requireUser(c);
    if (at.level < at.manageLevel) fail(403);
    return { at, user };
  };
  const audit = (at: Home, user: User, name: string, target: User, details: Json): void =>
    state.audit(user, { id: at.id, type: at.type, path: at.path }, name, {
      target_id: target.id,
      target_type: "User",
      target_details: target.name,
      ...details,
    });
  const all = (at: Home): Map<number, Member> => state.membersOf(at.members, at.chain);

  app.get(base, (c) => {
    const at = home(c);
    requireUser(c);
    return c.json(
      paginate(c, filtered(c, state, at.members.values())).map((one) => present(state, one)),
    );
  });
  app.get(`${base}/all`, (c) => {
    const at = home(c);
    requireUser(c);
    return c.json(
      paginate(c, filtered(c, state, all(at).values())).map((one) => present(state, one)),
    );
  });
  app.get(`${base}/:user_id`, (c) => {
    const at = home(c);
    requireUser(c);
    return c.json(present(state, at.members.get(pathId(c, "user_id")) ?? notFound()));
  });
  app.get(`${base}/all/:user_id`, (c) => {
    const at = home(c);
    requireUser(c);
    return c.json(present(state, all(at).get(pathId(c, "user_id")) ?? notFound()));
  });
  app.post(base, (c) => {
    const { at, user } = manage(c);
    const { params } = c.var;
    const username = params.text("username");
    if (username === undefined && !params.has("user_id")) {
      fail(400, { error: "user_id, username are missing, exactly one parameter must be provided" });
    }
    const level = readLevel(c);
    const target =
      username === undefined
        ? state.users.get(params.requiredInt("user_id"))
        : state.userNamed(username);
    if (target === undefined) notFound("User");
    if (at.members.has(target.id)) fail(409, "Member already exists");
    const member = addMember(state, at.members, target.id, level, {
      expiresAt: readExpiry(c) ?? null,
      createdById: user.id,
    });
    audit(at, user, "member_created", target, { add: "user_access", as: String(level) });
    return c.json(present(state, member), 201);
  });
  app.put(`${base}/:user_id`, (c) => {
    const { at, user } = manage(c);
    const member = at.members.get(pathId(c, "user_id")) ?? notFound();
    const from = member.accessLevel;
    member.accessLevel = readLevel(c);
    const expiry = readExpiry(c);
    if (expiry !== undefined) member.expiresAt = expiry;
    audit(at, user, "member_updated", state.user(member.userId), {
      change: "access_level",
      from: String(from),
      to: String(member.accessLevel),
    });
    return c.json(present(state, member));
  });
  app.delete(`${base}/:user_id`, (c) => {
    const at = home(c);
    const user = requireUser(c);
    const id = pathId(c, "user_id");
    if (at.level < at.manageLevel && id !== user.id) fail(403);
    if (!at.members.delete(id)) notFound();
    audit(at, user, "member_destroyed", state.user(id), { remove: "user_access" });
    return c.body(null, 204);
  });
}

export function registerMembers(app: App, state: State): void {
  registerFor(app, state, "/projects/:id/members", (c) => {
    const project = projectOf(c, state);
    return {
      members: project.members,
      chain: state.groupChain(project.groupId),
      level: state.accessLevel(c.var.actor?.user ?? null, project),
      manageLevel: ACCESS.maintainer,
      path: project.fullPath,
      id: project.id,
      type: "Project",
    };
  });
  registerFor(app, state, "/groups/:id/members", (c) => {
    const group = groupOf(c, state);
    return {
      members: group.members,
      chain: state.groupChain(group.parentId),
      level: state.groupAccessLevel(c.var.actor?.user ?? null, group),
      manageLevel: ACCESS.owner,
      path: group.fullPath,
      id: group.id,
      type: "Group",
    };
  });
}
