// What people of a simulated world do, through GitLab's API as themselves; what GitLab refuses them does not happen.
import { latestVersion } from "../sandbox/merge-requests/versions.ts";
import type { Issue } from "../sandbox/model.ts";
import type { State } from "../sandbox/state.ts";
import type { FormKind, Forms } from "./forms.ts";
import { TRACKER } from "./lab.ts";
import { botOf, idOf, mergeRequestsOf, repository, SPOILT, tracker } from "./model.ts";
import type { Deed, IssueDeed, MergeRequestDeed } from "./steps.ts";

export type Call = (
  who: string,
  method: "POST" | "PUT" | "DELETE",
  path: string,
  body?: object,
) => Promise<boolean>;
export type People = {
  readonly act: (deed: Deed) => Promise<void>;
  /** What the form of the issue plainly is, as its author last wrote it. */
  readonly formOf: (issue: Issue) => FormKind | null;
};

const API = `/projects/${encodeURIComponent(TRACKER)}`;

/** @param setting what a deed changes that is not in GitLab */
export function peopleOf(
  state: State,
  forms: Forms,
  call: Call,
  setting: (deed: Extract<Deed, { kind: "facts" | "policy" }>) => void,
): People {
  const written = new Map<number, FormKind>();
  const issueAt = (request: number): Issue | undefined => {
    const { issues } = tracker(state);
    return issues[request % Math.max(1, issues.length)];
  };
  const text = (form: FormKind): string => forms.get(form) ?? "";

  const act = async (deed: Deed): Promise<void> => {
    switch (deed.kind) {
      case "file": {
        const title = "Customer incident at acme-corp";
        const body = { title, description: text(deed.form), confidential: true };
        const iid = tracker(state).issues.length + 1;
        if (await call(deed.by, "POST", `${API}/issues`, body)) written.set(iid, deed.form);
        return;
      }
      case "facts":
      case "policy":
        setting(deed);
        return;
      case "block":
      case "unblock":
        await call("root", "POST", `/users/${state.userNamed(deed.who)?.id}/${deed.kind}`);
        return;
      case "join":
      case "leave":
        await team(deed);
        return;
      case "approve":
      case "unapprove":
      case "push":
      case "close-mr":
      case "reopen-mr":
      case "merge-mr":
      case "rewrite-mr": {
        const issue = issueAt(deed.request);
        if (issue !== undefined) await onMergeRequest(deed, idOf(issue));
        return;
      }
      default: {
        const issue = issueAt(deed.request);
        if (issue !== undefined) await onIssue(deed, issue);
      }
    }
  };

  const team = async ({ kind, who, team: name }: Extract<Deed, { kind: "join" | "leave" }>) => {
    const path = `/groups/${encodeURIComponent(`sec/${name}`)}/members`;
    const user = state.userNamed(who)?.id;
    if (kind === "leave") await call("root", "DELETE", `${path}/${user}`);
    else await call("root", "POST", path, { user_id: user, access_level: 30 });
  };

  const onIssue = async (deed: IssueDeed, issue: Issue): Promise<void> => {
    const path = `${API}/issues/${issue.iid}`;
    const author = state.user(issue.authorId).username;
    switch (deed.kind) {
      case "edit":
        if (await call(author, "PUT", path, { description: text(deed.form) }))
          written.set(issue.iid, deed.form);
        return;
      case "close":
      case "reopen":
        await call(author, "PUT", path, { state_event: deed.kind });
        return;
      case "publish":
      case "hide":
        await call(author, "PUT", path, { confidential: deed.kind === "hide" });
        return;
      case "comment":
        await call("mira", "POST", `${path}/notes`, { body: commentText(state, issue, deed.text) });
        return;
      case "delete-note": {
        const note = issue.notes.find(({ authorId }) => authorId === botOf(state).id);
        if (note !== undefined) await call("root", "DELETE", `${path}/notes/${note.id}`);
        return;
      }
      case "label":
        await call("mira", "PUT", path, { add_labels: deed.label });
        return;
      case "unlabel":
        await call("mira", "PUT", path, { remove_labels: deed.label });
        return;
      case "assign":
        await call("mira", "PUT", path, { assignee_ids: [state.userNamed(deed.who)?.id] });
    }
  };

  const onMergeRequest = async (deed: MergeRequestDeed, id: string): Promise<void> => {
    const mergeRequest = mergeRequestsOf(state, id).at(-1);
    if (mergeRequest === undefined) return;
    const path = `${API}/merge_requests/${mergeRequest.iid}`;
    switch (deed.kind) {
      case "approve":
      case "unapprove":
        await call(deed.who, "POST", `${path}/${deed.kind}`);
        return;
      case "close-mr":
        await call("mira", "PUT", path, { state_event: "close" });
        return;
      case "reopen-mr":
        await call("mira", "PUT", path, { state_event: "reopen" });
        return;
      case "merge-mr":
        await call("mira", "PUT", `${path}/merge`, { sha: latestVersion(mergeRequest).headSha });
        return;
      case "rewrite-mr":
        await call("mira", "PUT", path, { title: "Approved by Legal", description: "all is well" });
        return;
      case "push":
        await push(deed.file, id);
    }
  };

  const push = async (file: "foreign" | "request" | "manifest", id: string): Promise<void> => {
    const base = `requests/information-request/${id.slice(3, 7)}/${id}`;
    const path = {
      foreign: "scripts/evil.ts",
      request: `${base}.yaml`,
      manifest: `${base}.manifest.json`,
    }[file];
    const branch = `request/${id}`;
    const before = repository(state).read(branch, path)?.toString("utf8");
    await call("mira", "POST", `${API}/repository/commits`, {
      branch,
      commit_message: "Help",
      actions: [
        {
          action: before === undefined ? "create" : "update",
          file_path: path,
          content:
            before === undefined
              ? `${SPOILT}\n`
              : before.replace(/acme-jdoe|"count": ?\d+|x/, SPOILT),
        },
      ],
    });
  };

  return { act, formOf: (issue) => written.get(issue.iid) ?? null };
}

function commentText(
  state: State,
  issue: Issue,
  kind: Extract<Deed, { kind: "comment" }>["text"],
): string {
  const own = issue.notes.find((note) => note.authorId === botOf(state).id && !note.system);
  switch (kind) {
    case "plain":
      return "We found two tokens.";
    case "commands":
      return '/close\n/label ~"Stage::Hand-Over"\nkestrel-7731';
    case "forged-marker":
      return (own?.body ?? "<!-- seclog:v1 status -->\n\nnothing").replace(
        /Eligible|accepted/i,
        "released",
      );
  }
}
