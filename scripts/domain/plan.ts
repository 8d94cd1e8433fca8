/** Everything the product may do to the outside world: a closed union, printable and comparable. One action is one write. */
export type Action =
  | { readonly kind: "set-confidential"; readonly issue: number }
  | {
      readonly kind: "change-labels";
      readonly issue: number;
      readonly add: readonly string[];
      readonly remove: readonly string[];
    }
  /** Creates the bot's note with this tag, or edits it where `note` names the one that stands. Without `project`: in the tracker. */
  | {
      readonly kind: "write-note";
      readonly project?: string;
      readonly issue: number;
      readonly tag: string;
      readonly note: number | null;
      readonly body: string;
    }
  /** Removes a second note of the bot with the same tag. */
  | {
      readonly kind: "delete-note";
      readonly project?: string;
      readonly issue: number;
      readonly tag: string;
      readonly note: number;
    }
  /** As `write-note`, on a merge request. */
  | {
      readonly kind: "write-merge-request-note";
      readonly mergeRequest: number;
      readonly tag: string;
      readonly note: number | null;
      readonly body: string;
    }
  | {
      readonly kind: "delete-merge-request-note";
      readonly mergeRequest: number;
      readonly tag: string;
      readonly note: number;
    }
  /** One atomic commit. `lastCommit` per file is GitLab's optimistic lock: the commit that last touched the file we read. */
  | {
      readonly kind: "commit-files";
      readonly branch: string;
      /** Creates the branch from this one; null = the branch stands already. */
      readonly startBranch: string | null;
      readonly message: string;
      readonly files: readonly {
        readonly path: string;
        readonly content: string;
        readonly lastCommit: string | null;
      }[];
    }
  | {
      readonly kind: "open-merge-request";
      readonly sourceBranch: string;
      readonly targetBranch: string;
      readonly title: string;
      readonly description: string;
    }
  | {
      readonly kind: "edit-merge-request";
      readonly mergeRequest: number;
      readonly title: string;
      readonly description: string;
    }
  /** Closes a second merge request of the same branch. */
  | { readonly kind: "close-merge-request"; readonly mergeRequest: number }
  /** GitLab refuses the merge unless the head is still `sha`. `message` is that of the merge commit; without one GitLab makes its own. */
  | {
      readonly kind: "merge";
      readonly mergeRequest: number;
      readonly sha: string;
      readonly message?: string;
    }
  /** Stores files of a local directory as one generic package, the manifest or receipt last: a package without either is unfinished. */
  | {
      readonly kind: "publish-package";
      readonly project: string;
      readonly name: string;
      readonly version: string;
      readonly directory: string;
      readonly files: readonly string[];
    }
  | {
      readonly kind: "delete-package";
      readonly project: string;
      readonly package: number;
      readonly name: string;
      readonly version: string;
    }
  | {
      readonly kind: "create-issue";
      readonly project: string;
      readonly tag: string;
      readonly title: string;
      readonly description: string;
      readonly labels: readonly string[];
      readonly confidential: boolean;
    }
  | {
      readonly kind: "edit-issue";
      readonly project: string;
      readonly issue: number;
      readonly description: string;
      /** Labels that it lacks. */
      readonly add?: readonly string[];
      /** Closes the issue in the same call; otherwise its state stays. */
      readonly close?: true;
    };
export type Plan = readonly Action[];

/**
 * The plans of several requests, of which each was made as if it were alone. Two of them may file or edit one gap issue: the
 * first does, the other waits for the next run, which reads what was written and adds to it.
 */
export function withoutRepeats(plans: readonly Plan[]): readonly Plan[] {
  const taken = new Set<string>();
  return plans.map((plan) =>
    plan.filter((action) => {
      const issue = gapIssueOf(action);
      if (issue === null) return true;
      const first = !taken.has(issue);
      taken.add(issue);
      return first;
    }),
  );
}

function gapIssueOf(action: Action): string | null {
  if (action.kind === "create-issue") return `${action.project} ${action.tag}`;
  return action.kind === "edit-issue" ? `${action.project}#${action.issue}` : null;
}

/** One line an action, for the terminal and the job log; shows no text of a note or issue, which may be confidential. */
export function describePlan(plan: Plan): string {
  return plan.map(describeAction).join("\n");
}

const quoted = (labels: readonly string[]): string =>
  labels.map((label) => `~"${label}"`).join(" ");

export function describeAction(action: Action): string {
  switch (action.kind) {
    case "set-confidential":
      return `#${action.issue} make confidential`;
    case "change-labels":
      return [
        `#${action.issue}`,
        ...(action.add.length > 0 ? ["label", quoted(action.add)] : []),
        ...(action.remove.length > 0 ? ["unlabel", quoted(action.remove)] : []),
      ].join(" ");
    case "write-note":
      return `${action.project ?? ""}#${action.issue} ${action.note === null ? "create" : "edit"} note ${action.tag}`;
    case "delete-note":
      return `${action.project ?? ""}#${action.issue} delete doubled note ${action.tag}`;
    case "write-merge-request-note":
      return `!${action.mergeRequest} ${action.note === null ? "create" : "edit"} note ${action.tag}`;
    case "delete-merge-request-note":
      return `!${action.mergeRequest} delete doubled note ${action.tag}`;
    case "commit-files":
      return `commit ${action.files.map((file) => file.path).join(", ")} to ${action.branch}`;
    case "open-merge-request":
      return `open merge request ${action.sourceBranch} → ${action.targetBranch}`;
    case "edit-merge-request":
      return `!${action.mergeRequest} edit description`;
    case "close-merge-request":
      return `!${action.mergeRequest} close as a double`;
    case "merge":
      return `!${action.mergeRequest} merge at ${action.sha.slice(0, 12)}`;
    case "publish-package":
      return `publish package ${action.name}/${action.version} (${action.files.length} files) in ${action.project}`;
    case "delete-package":
      return `delete package ${action.name}/${action.version} in ${action.project}`;
    case "create-issue":
      return `create issue ${action.tag} in ${action.project}`;
    case "edit-issue":
      return `${action.close === true ? "close" : "edit"} issue ${action.project}#${action.issue}`;
  }
}
