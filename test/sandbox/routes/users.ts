/** Users: who am I, look-up, creation and blocking by an administrator. */
import { invalid, notFound } from "../errors.ts";
import { createUser } from "../factory.ts";
import {
  type App,
  paginate,
  paginateKeyset,
  pathId,
  requireAdmin,
  requireUser,
  userOf,
  wantsKeyset,
} from "../http.ts";
import type { User } from "../model.ts";
import { type Json, presentUser, userNamespaceId } from "../presenters.ts";
import type { State } from "../state.ts";

function presentFull(state: State, user: User, asker: User | null): Json {
  const own = asker !== null && (asker.admin || asker.id === user.id);
  return {
    ...presentUser(state, user),
    created_at: user.createdAt,
    bio: "",
    location: "",
    bot: user.bot,
    external: user.external,
    ...(own
      ? {
          email: user.email,
          commit_email: user.email,
          namespace_id: userNamespaceId(user),
          is_admin: user.admin,
          can_create_group: true,
          can_create_project: true,
          two_factor_enabled: false,
          private_profile: false,
          identities: [],
        }
      : {}),
  };
}

function userAt(state: State, id: number): User {
  return state.users.get(id) ?? notFound("User");
}

export function registerUsers(app: App, state: State): void {
  app.get("/user", (c) => {
    const user = requireUser(c);
    return c.json(presentFull(state, user, user));
  });

  app.get("/users", (c) => {
    const asker = userOf(c);
    const { params } = c.var;
    const username = params.text("username");
    const search = params.text("search")?.toLowerCase();
    if (asker === null && username === undefined) requireUser(c);
    const found = [...state.users.values()]
      .filter(
        (one) => username === undefined || one.username.toLowerCase() === username.toLowerCase(),
      )
      .filter(
        (one) =>
          search === undefined ||
          one.username.toLowerCase().includes(search) ||
          one.name.toLowerCase().includes(search) ||
          (asker?.admin === true && one.email === search),
      )
      .filter((one) => params.flag("active") !== true || one.state === "active")
      .filter((one) => params.flag("blocked") !== true || one.state === "blocked")
      .filter((one) => params.flag("without_project_bots") !== true || !one.bot)
      .sort((a, b) => b.id - a.id);
    const page = wantsKeyset(c)
      ? paginateKeyset(c, found, {
          column: "id",
          value: (one) => one.id,
          id: (one) => one.id,
          descending: params.text("sort") !== "asc",
        })
      : paginate(c, found);
    return c.json(
      page.map((one) =>
        asker?.admin === true ? presentFull(state, one, asker) : presentUser(state, one),
      ),
    );
  });

  app.get("/users/:id", (c) => {
    const asker = requireUser(c);
    return c.json(presentFull(state, userAt(state, pathId(c, "id")), asker));
  });

  app.post("/users", (c) => {
    const asker = requireAdmin(c);
    const { params } = c.var;
    const email = params.required("email");
    const name = params.required("name");
    const username = params.required("username");
    if (state.userNamed(username) !== undefined || state.group(username) !== undefined) {
      invalid("username", "has already been taken");
    }
    if ([...state.users.values()].some((one) => one.email === email)) {
      invalid("email", "has already been taken");
    }
    const user = createUser(state, {
      username,
      email,
      name,
      admin: params.flag("admin") ?? false,
      external: params.flag("external") ?? false,
    });
    return c.json(presentFull(state, user, asker), 201);
  });

  app.put("/users/:id", (c) => {
    const asker = requireAdmin(c);
    const user = userAt(state, pathId(c, "id"));
    const { params } = c.var;
    user.name = params.text("name") ?? user.name;
    user.email = params.text("email") ?? user.email;
    user.username = params.text("username") ?? user.username;
    user.admin = params.flag("admin") ?? user.admin;
    user.external = params.flag("external") ?? user.external;
    return c.json(presentFull(state, user, asker));
  });

  for (const [word, wanted] of [
    ["block", "blocked"],
    ["unblock", "active"],
  ] as const) {
    app.post(`/users/:id/${word}`, (c) => {
      requireAdmin(c);
      userAt(state, pathId(c, "id")).state = wanted;
      return c.json(true, 201);
    });
  }
}
