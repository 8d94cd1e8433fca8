// The reads of users and memberships.
import type { ForgeReader, ProjectRef } from "../../ports/forge.ts";
import type { GitLabConnection } from "./connection.ts";
import { listed, once, orNull, PAGE } from "./reading.ts";
import { MemberAnswer, UserAnswer, understand } from "./schemas.ts";

export function peopleReads(
  gitlab: GitLabConnection["gitlab"],
): Pick<ForgeReader, "currentUser" | "user" | "projectMembers" | "groupMembers"> {
  return {
    currentUser: once(async () =>
      understand(UserAnswer, await gitlab.Users.showCurrentUser(), "user"),
    ),
    user: once((id: number) =>
      orNull(async () => understand(UserAnswer, await gitlab.Users.show(id), "user")),
    ),
    projectMembers: once(async (project: ProjectRef) => {
      const answer = await gitlab.ProjectMembers.all(project, { includeInherited: true, ...PAGE });
      return listed(MemberAnswer, answer, "members");
    }),
    groupMembers: once((group: string) =>
      orNull(async () =>
        listed(MemberAnswer, await gitlab.GroupMembers.all(group, PAGE), "members"),
      ),
    ),
  };
}
