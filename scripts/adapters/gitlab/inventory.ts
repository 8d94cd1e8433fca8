// The ids behind the paths of a request, asked of the GitLab where the customer's resources live.
import * as z from "zod";
import type { GitLabConnection } from "./connection.ts";
import { GitLabError } from "./gitlab-error.ts";
import { GroupAnswer, ProjectAnswer, UserAnswer, understand } from "./schemas.ts";

/**
 * The id of exactly this path or user name, or null: not found, hidden, or moved elsewhere. GitLab leads an old path on to
 * the new place and ignores case; whoever took the name since is somebody else, so neither is a match.
 * Every other failure throws.
 */
export type Inventory = {
  readonly group: (path: string) => Promise<number | null>;
  readonly project: (path: string) => Promise<number | null>;
  readonly user: (username: string) => Promise<number | null>;
};

export function createInventory({ gitlab }: GitLabConnection): Inventory {
  return {
    group: (path) =>
      orNone(async () => {
        const answer = await gitlab.Groups.show(path, { withProjects: false });
        const group = understand(GroupAnswer, answer, "group");
        return group.full_path === path ? group.id : null;
      }),
    project: (path) =>
      orNone(async () => {
        const project = understand(ProjectAnswer, await gitlab.Projects.show(path), "project");
        return project.path === path ? project.id : null;
      }),
    user: async (username) => {
      const users = understand(z.array(UserAnswer), await gitlab.Users.all({ username }), "users");
      return users.find((user) => user.username === username)?.id ?? null;
    },
  };
}

async function orNone(ask: () => Promise<number | null>): Promise<number | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof GitLabError && ["not-found", "redirect"].includes(error.kind)) return null;
    throw error;
  }
}
