// The quick actions of merge requests: approve, merge, close and the like, as a note or description runs them.
import type { CommandContext, CommandHandler, CommandResult } from "../commands.ts";
import { mayMerge } from "../git/branch-protection.ts";
import { ACCESS, type MergeRequest } from "../model.ts";
import type { State } from "../state.ts";
import { approveMergeRequest, unapproveMergeRequest } from "./approve.ts";
import { isDraft } from "./draft.ts";
import { type MergeRequestChanges, updateMergeRequest } from "./lifecycle.ts";
import { mergeMergeRequest, rebaseMergeRequest } from "./merge.ts";
import { trueStatus } from "./status.ts";

/** Brings the commands into the state; the note and description code runs them. */
export function registerMergeRequestCommands(state: State): void {
  for (const [name, run] of Object.entries(COMMANDS)) {
    const handler: CommandHandler = (context) =>
      context.noteable.kind === "MergeRequest"
        ? run(context, context.noteable)
        : `Could not apply ${name} command.`;
    state.commands.set(name, handler);
  }
}

type Run = (context: CommandContext, mergeRequest: MergeRequest) => CommandResult;

const COMMANDS: Readonly<Record<string, Run>> = {
  approve: ({ state, user }, mergeRequest) =>
    approveMergeRequest(state, mergeRequest, user)
      ? { summary: "Approved the current merge request.", changes: {} }
      : "Could not apply approve command.",
  unapprove: ({ state, user }, mergeRequest) =>
    unapproveMergeRequest(state, mergeRequest, user)
      ? { summary: "Unapproved the current merge request.", changes: {} }
      : "Could not apply unapprove command.",
  merge: ({ state, project, user }, mergeRequest) => {
    const allowed = mayMerge(state, project, mergeRequest.targetBranch, user);
    const ready = allowed && trueStatus(state, mergeRequest) === "mergeable";
    const wish = {
      squash: mergeRequest.squash,
      removeSourceBranch: mergeRequest.removeSourceBranch,
    };
    return ready && mergeMergeRequest(state, mergeRequest, user, wish)
      ? { summary: "Merged this merge request.", changes: { merge: true } }
      : "Could not apply merge command.";
  },
  rebase: (context, mergeRequest) => {
    if (!isDeveloper(context)) return "Could not apply rebase command.";
    const fault = rebaseMergeRequest(context.state, mergeRequest, context.user);
    return fault ?? { summary: "Scheduled a rebase of branch.", changes: {} };
  },
  close: change("close", "Closed this merge request.", (one) =>
    one.state === "opened" ? { stateEvent: "close" } : null,
  ),
  reopen: change("reopen", "Reopened this merge request.", (one) =>
    one.state === "closed" ? { stateEvent: "reopen" } : null,
  ),
  title: change("title", "Changed the title.", (_one, argument) =>
    argument === "" ? null : { title: argument },
  ),
  draft: change("draft", "Marked this merge request as a draft.", (one) =>
    isDraft(one.title) ? null : { title: `Draft: ${one.title}` },
  ),
  ready: change("ready", "Marked this merge request as ready.", (one) =>
    isDraft(one.title)
      ? { title: one.title.replace(/^\s*(?:\[draft\]|\(draft\)|draft:)\s*/i, "") }
      : null,
  ),
  target_branch: change("target_branch", "Set target branch.", (_one, argument) =>
    argument === "" ? null : { targetBranch: argument },
  ),
};

/** A command that is one change; `null` says that it does not apply. */
function change(
  name: string,
  summary: string,
  wishOf: (mergeRequest: MergeRequest, argument: string) => MergeRequestChanges | null,
): Run {
  return (context, mergeRequest) => {
    const wish = wishOf(mergeRequest, context.argument);
    const allowed = isDeveloper(context) || mergeRequest.authorId === context.user.id;
    if (!allowed || wish === null) return `Could not apply ${name} command.`;
    updateMergeRequest(context.state, mergeRequest, context.user, wish);
    return { summary, changes: {} };
  };
}

function isDeveloper({ state, user, project }: CommandContext): boolean {
  return state.accessLevel(user, project) >= ACCESS.developer;
}
