/** Carries out quick actions: which command needs which role, what it changes, what GitLab says about it. */
import { copyIssue, moveIssue, updateIssue } from "./issues.ts";
import { labelsOf, setLabels } from "./labelling.ts";
import { ACCESS, type Issue, type Label, type Noteable, type Project, type User } from "./model.ts";
import type { QuickAction } from "./quick-actions.ts";
import type { State } from "./state.ts";

/** Where a command runs. */
export interface CommandContext {
  readonly state: State;
  readonly project: Project;
  readonly noteable: Noteable;
  readonly user: User;
  readonly argument: string;
}

/** What a command did; a text alone is why it could not be done. */
export type CommandResult =
  | { readonly summary: string; readonly changes: Readonly<Record<string, unknown>> }
  | string;

export type CommandHandler = (context: CommandContext) => CommandResult | Promise<CommandResult>;

export interface CommandOutcome {
  readonly summaries: readonly string[];
  readonly failures: readonly string[];
  readonly changes: Readonly<Record<string, unknown>>;
}

const ALIASES: Readonly<Record<string, string>> = {
  labels: "label",
  remove_label: "unlabel",
  remove_labels: "unlabel",
  make_confidential: "confidential",
  due_date: "due",
  add_email: "invite_email",
  link: "relate",
};

function refused(name: string): string {
  return `Could not apply ${name} command.`;
}

/** Is the user at least a Planner, or the author of what the command is about? */
function mayEdit({ state, project, noteable, user }: CommandContext): boolean {
  return state.accessLevel(user, project) >= ACCESS.planner || noteable.authorId === user.id;
}

function mayPlan({ state, project, user }: CommandContext): boolean {
  return state.accessLevel(user, project) >= ACCESS.planner;
}

/** Labels named in an argument: `~bug ~"two words"` or bare names; unknown ones are not created. */
function namedLabels({ state, project, argument }: CommandContext): Label[] {
  const known = labelsOf(state, project);
  const names = [...argument.matchAll(/~?"([^"]+)"|~?(\S+)/g)].map((one) => one[1] ?? one[2] ?? "");
  return names.flatMap((name) => known.find((label) => label.name === name) ?? []);
}

/** Users named in an argument: `@name`, several of them, or `me`; only members can be assigned. */
function namedUsers({ state, project, user, argument }: CommandContext): User[] {
  return argument
    .split(/[\s,]+/)
    .filter((word) => word !== "")
    .flatMap((word) => (word === "me" ? user : (state.userNamed(word.replace(/^@/, "")) ?? [])))
    .filter((one) => state.accessLevel(one, project) >= ACCESS.guest);
}

function relabel(context: CommandContext, wanted: number[]): void {
  if (context.noteable.kind === "Issue") {
    updateIssue(context.state, context.noteable, context.user, { labelIds: wanted });
  } else setLabels(context.state, context.noteable, context.user, wanted);
}

function shown(labels: readonly Label[]): string {
  return labels
    .map((label) => `~${/\s/.test(label.name) ? `"${label.name}"` : label.name}`)
    .join(" ");
}

/** Runs something on issues only. */
function onIssue(
  name: string,
  act: (context: CommandContext, issue: Issue) => CommandResult,
): CommandHandler {
  return (context) =>
    context.noteable.kind === "Issue" ? act(context, context.noteable) : refused(name);
}

const labelCommands: Readonly<Record<string, CommandHandler>> = {
  label: (context) => {
    const labels = namedLabels(context);
    if (!mayPlan(context) || labels.length === 0) return refused("label");
    const ids = labels.map((label) => label.id);
    relabel(context, [...context.noteable.labelIds, ...ids]);
    return {
      summary: `Added ${shown(labels)} label${ids.length > 1 ? "s" : ""}.`,
      changes: { add_label_ids: ids },
    };
  },
  unlabel: (context) => {
    if (!mayPlan(context) || context.noteable.labelIds.length === 0) return refused("unlabel");
    const labels = namedLabels(context);
    const all = context.argument === "";
    if (!all && labels.length === 0) return refused("unlabel");
    const ids = labels.map((label) => label.id);
    const left = all ? [] : context.noteable.labelIds.filter((id) => !ids.includes(id));
    relabel(context, left);
    return all
      ? { summary: "Removed all labels.", changes: { label_ids: [] } }
      : {
          summary: `Removed ${shown(labels)} label${ids.length > 1 ? "s" : ""}.`,
          changes: { remove_label_ids: ids },
        };
  },
  relabel: (context) => {
    const labels = namedLabels(context);
    if (!mayPlan(context) || labels.length === 0) return refused("relabel");
    const ids = labels.map((label) => label.id);
    relabel(context, ids);
    return {
      summary: `Replaced all labels with ${shown(labels)} label${ids.length > 1 ? "s" : ""}.`,
      changes: { label_ids: ids },
    };
  },
};

function stateCommand(event: "close" | "reopen", summary: string): CommandHandler {
  return onIssue(event, (context, issue) => {
    const possible = issue.state === (event === "close" ? "opened" : "closed");
    if (!mayEdit(context) || !possible) return refused(event);
    updateIssue(context.state, issue, context.user, { stateEvent: event });
    return { summary, changes: { state_event: event } };
  });
}

function lockCommand(name: "lock" | "unlock", summary: string): CommandHandler {
  return (context) => {
    const locked = name === "lock";
    if (!mayPlan(context) || context.noteable.discussionLocked === locked) return refused(name);
    context.noteable.discussionLocked = locked;
    const what = context.noteable.kind === "Issue" ? "issue" : "merge request";
    context.state.systemNote(
      context.noteable,
      context.user,
      `${name}ed the discussion in this ${what}`,
    );
    return { summary, changes: { discussion_locked: locked } };
  };
}

function assign(context: CommandContext, ids: number[]): void {
  const { noteable, state, user } = context;
  if (noteable.kind === "Issue") updateIssue(state, noteable, user, { assigneeIds: ids });
  else noteable.assigneeIds = [...new Set(ids)];
}

const fieldCommands: Readonly<Record<string, CommandHandler>> = {
  close: stateCommand("close", "Closed this issue."),
  reopen: stateCommand("reopen", "Reopened this issue."),
  lock: lockCommand("lock", "Locked the discussion."),
  unlock: lockCommand("unlock", "Unlocked the discussion."),
  title: (context) => {
    if (!mayEdit(context) || context.argument === "") return refused("title");
    if (context.noteable.kind === "Issue") {
      updateIssue(context.state, context.noteable, context.user, { title: context.argument });
    } else context.noteable.title = context.argument;
    return {
      summary: `Changed the title to "${context.argument}".`,
      changes: { title: context.argument },
    };
  },
  assign: (context) => {
    const users = namedUsers(context);
    if (!mayPlan(context) || users.length === 0) return refused("assign");
    const ids = [...new Set([...context.noteable.assigneeIds, ...users.map((one) => one.id)])];
    assign(context, ids);
    return {
      summary: `Assigned ${users.map((one) => `@${one.username}`).join(", ")}.`,
      changes: { assignee_ids: ids },
    };
  },
  unassign: (context) => {
    const before = context.noteable.assigneeIds;
    if (!mayPlan(context) || before.length === 0) return refused("unassign");
    const gone = context.argument === "" ? before : namedUsers(context).map((one) => one.id);
    const ids = before.filter((id) => !gone.includes(id));
    assign(context, ids);
    return { summary: "Removed assignees.", changes: { assignee_ids: ids } };
  },
  confidential: onIssue("confidential", (context, issue) => {
    if (!mayPlan(context) || issue.confidential) return refused("confidential");
    updateIssue(context.state, issue, context.user, { confidential: true });
    return { summary: "Made this issue confidential.", changes: { confidential: true } };
  }),
  due: onIssue("due", (context, issue) => {
    const date = /\d{4}-\d{2}-\d{2}/.exec(context.argument)?.[0];
    if (!mayPlan(context) || date === undefined) return refused("due");
    updateIssue(context.state, issue, context.user, { dueDate: date });
    return { summary: `Set the due date to ${date}.`, changes: { due_date: date } };
  }),
  remove_due_date: onIssue("remove_due_date", (context, issue) => {
    if (!mayPlan(context) || issue.dueDate === null) return refused("remove_due_date");
    updateIssue(context.state, issue, context.user, { dueDate: null });
    return { summary: "Removed the due date.", changes: { due_date: null } };
  }),
  severity: onIssue("severity", (context, issue) => {
    const word = { 1: "CRITICAL", 2: "HIGH", 3: "MEDIUM", 4: "LOW" }[
      context.argument.replace(/^S/i, "")
    ];
    if (!mayPlan(context) || issue.issueType !== "incident") return refused("severity");
    const severity = word ?? context.argument.toUpperCase();
    updateIssue(context.state, issue, context.user, { severity });
    return { summary: `Set severity to ${severity}.`, changes: { severity } };
  }),
};

/** `#3`, `group/project#3`, `group/project` or an issue's URL. */
function otherIssue({ state, project, user, argument }: CommandContext): Issue | undefined {
  const match = /^(?:https?:\/\/[^/]+\/)?([\w./-]*?)(?:#|\/-\/issues\/)(\d+)$/.exec(argument);
  if (match === null) return undefined;
  const home = match[1] === "" || match[1] === undefined ? project : state.project(match[1]);
  if (home === undefined || !state.canSeeProject(user, home)) return undefined;
  return home.issues.find((one) => one.iid === Number(match[2]));
}

function targetProject(context: CommandContext, path: string): Project | undefined {
  const project = context.state.project(path);
  if (project === undefined) return undefined;
  return context.state.accessLevel(context.user, project) >= ACCESS.planner ? project : undefined;
}

const farCommands: Readonly<Record<string, CommandHandler>> = {
  duplicate: onIssue("duplicate", (context, issue) => {
    const original = otherIssue(context);
    if (!mayPlan(context) || original === undefined) return refused("duplicate");
    issue.duplicatedToId = original.id;
    context.state.systemNote(
      issue,
      context.user,
      `marked this issue as a duplicate of #${original.iid}`,
    );
    context.state.systemNote(
      original,
      context.user,
      `marked #${issue.iid} as a duplicate of this issue`,
    );
    updateIssue(context.state, issue, context.user, { stateEvent: "close" });
    return {
      summary: `Marked this issue as a duplicate of #${original.iid}.`,
      changes: { canonical_issue_id: original.id },
    };
  }),
  relate: onIssue("relate", (context, issue) => {
    const other = otherIssue(context);
    if (!mayPlan(context) || other === undefined) return refused("relate");
    context.state.links.push({
      id: context.state.nextId("issue_link"),
      sourceId: issue.id,
      targetId: other.id,
      linkType: "relates_to",
      createdAt: context.state.stamp(),
    });
    context.state.systemNote(issue, context.user, `marked this issue as related to #${other.iid}`);
    return { summary: `Linked #${other.iid} as a related issue.`, changes: {} };
  }),
  move: onIssue("move", (context, issue) => {
    const target = targetProject(context, context.argument);
    if (!mayPlan(context) || target === undefined) return refused("move");
    const moved = moveIssue(context.state, issue, target, context.user);
    return {
      summary: `Moved this issue to ${target.fullPath}.`,
      changes: { moved_to_id: moved.id },
    };
  }),
  clone: onIssue("clone", (context, issue) => {
    const [path = "", option] = context.argument.split(/\s+/);
    const target = path === "" ? context.project : targetProject(context, path);
    if (!mayPlan(context) || target === undefined) return refused("clone");
    const copy = copyIssue(context.state, issue, target, context.user, option === "--with_notes");
    context.state.systemNote(issue, context.user, `cloned to ${target.fullPath}#${copy.iid}`);
    return {
      summary: `Cloned this issue to ${target.fullPath}.`,
      changes: { clone_with_notes: option !== undefined },
    };
  }),
  invite_email: onIssue("invite_email", (context, issue) => {
    const mails = context.argument.split(/[\s,]+/).filter((one) => /^\S+@\S+\.\S+$/.test(one));
    if (!mayPlan(context) || mails.length === 0) return refused("invite_email");
    issue.emailParticipants = [...new Set([...issue.emailParticipants, ...mails.slice(0, 6)])];
    context.state.systemNote(issue, context.user, `added ${mails.join(", ")}`);
    return { summary: `Added ${mails.join(", ")}.`, changes: { email_participants: mails } };
  }),
};

const COMMANDS: Readonly<Record<string, CommandHandler>> = {
  ...labelCommands,
  ...fieldCommands,
  ...farCommands,
};

/**
 * Runs commands in their order. `state.commands` holds those of merge requests (approve, merge …);
 * a command the sandbox does not know is refused, as one that does not apply.
 */
export async function runCommands(
  actions: readonly QuickAction[],
  place: Omit<CommandContext, "argument">,
): Promise<CommandOutcome> {
  const summaries: string[] = [];
  const failures: string[] = [];
  let changes: Record<string, unknown> = {};
  for (const { name, argument } of actions) {
    const canonical = ALIASES[name] ?? name;
    const brought =
      place.noteable.kind === "MergeRequest" ? place.state.commands.get(canonical) : undefined;
    const handler = brought ?? COMMANDS[canonical];
    const result = handler === undefined ? refused(name) : await handler({ ...place, argument });
    if (typeof result === "string") failures.push(result);
    else {
      summaries.push(result.summary);
      changes = { ...changes, ...result.changes };
    }
  }
  return { summaries, failures, changes };
}
