// Job `intake`: an information request must not be public, not even while it is incomplete.
import type { RequestJob } from "../world.ts";

export const job: RequestJob = {
  kind: "request",
  plan: ({ issue }) => ({
    actions:
      issue.confidential || issue.state === "closed"
        ? []
        : [{ kind: "set-confidential", issue: issue.iid }],
    records: [],
  }),
};
