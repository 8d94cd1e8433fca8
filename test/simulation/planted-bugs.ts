// Faults put into the product on purpose: each has to be found, or the simulation proves nothing.
import type { Group } from "../../scripts/apply.ts";
import { ACME_FACTS } from "../../scripts/demo/stage.ts";
import type { Observation } from "../../scripts/domain/information-request/observation.ts";
import type { Action } from "../../scripts/domain/plan.ts";
import { observeRequests } from "../../scripts/observe.ts";
import type { Opened } from "../../scripts/open-world.ts";
import type { World } from "../../scripts/world.ts";
import type { Plant } from "./product.ts";
import type { Invariant } from "./witness.ts";

export type PlantedBug = {
  readonly name: string;
  /** What it breaks first. */
  readonly invariant: Invariant;
  readonly plant: Plant;
};

/** What was observed, seen falsely. */
const seeing = (change: (seen: Observation) => Observation): Plant => ({
  reading: (opened) => ({
    ...opened,
    observe: async () => {
      const { seen, failures } = await opened.observe();
      return { seen: seen.map(change), failures };
    },
  }),
});
/** A world of which a part answers falsely. */
const inWorld = (
  change: (world: World, memory: Map<string, unknown>) => Partial<World>,
): Plant => ({
  reading: (opened, memory): Opened => {
    const world = { ...opened.world, ...change(opened.world, memory) };
    return { ...opened, world, observe: () => observeRequests(world, null) };
  },
});
/** A plan that was changed before it is applied. */
const planning = (change: (plan: readonly Action[], group: Group) => readonly Action[]): Plant => ({
  plan: (groups) => groups.map((group) => ({ ...group, plan: change(group.plan, group) })),
});
const eachAction = (change: (action: Action) => readonly Action[]): Plant =>
  planning((plan) => plan.flatMap(change));

const RELEASE = { verdict: "release", reasons: [], roles: [] } as const;
const approvalsOf = (seen: Observation): number => seen.mergeRequest?.approvals.length ?? 0;
const stateOf = (seen: Observation): string | undefined => seen.mergeRequest?.mergeRequest.state;
const isCustody = (action: Action): action is Extract<Action, { kind: "commit-files" }> =>
  action.kind === "commit-files" && action.branch === "custody";

/** Changes the text of the custody log in the commit that writes it. */
const rewritingCustody = (change: (content: string) => string): Plant =>
  eachAction((action) =>
    isCustody(action)
      ? [
          {
            ...action,
            files: action.files.map((file) =>
              file.path.endsWith(".jsonl") ? { ...file, content: change(file.content) } : file,
            ),
          },
        ]
      : [action],
  );

/** A writer that does some things twice, and says that it tidied up without doing so. */
const twice = (again: (action: Action) => boolean, never: (action: Action) => boolean): Plant => ({
  writer: (writer) => ({
    perform: async (action) => {
      if (never(action)) return { ok: true, action, url: null };
      if (again(action)) await writer.perform(action);
      return writer.perform(action);
    },
  }),
});

/** The first answer to a question is given for ever. */
function remembered<T>(
  memory: Map<string, unknown>,
  key: string,
  ask: () => Promise<T>,
): Promise<T> {
  const known = memory.get(key) ?? ask();
  memory.set(key, known);
  return known as Promise<T>;
}

export const PLANTED: readonly PlantedBug[] = [
  {
    name: "one approval is enough",
    invariant: "merged at the approved head",
    plant: seeing((seen) => (approvalsOf(seen) > 0 ? { ...seen, release: RELEASE } : seen)),
  },
  {
    name: "two approvals of anybody are enough",
    invariant: "merged at the approved head",
    plant: seeing((seen) => (approvalsOf(seen) > 1 ? { ...seen, release: RELEASE } : seen)),
  },
  {
    name: "what is merged is handed over without asking again",
    invariant: "two valid people released exactly these bytes",
    plant: seeing((seen) => (stateOf(seen) === "merged" ? { ...seen, release: RELEASE } : seen)),
  },
  {
    name: "blocked people count",
    invariant: "merged at the approved head",
    plant: inWorld(({ forge }) => ({
      forge: {
        ...forge,
        user: async (id) => {
          const user = await forge.user(id);
          return user === null ? null : { ...user, state: "active" };
        },
        groupMembers: async (group) =>
          (await forge.groupMembers(group))?.map((member) => ({ ...member, state: "active" })) ??
          null,
      },
    })),
  },
  {
    name: "people who left a team count",
    invariant: "merged at the approved head",
    plant: inWorld(({ forge }, memory) => ({
      forge: {
        ...forge,
        groupMembers: (group) =>
          remembered(memory, `members ${group}`, () => forge.groupMembers(group)),
      },
    })),
  },
  {
    name: "who works on the issue may approve",
    invariant: "merged at the approved head",
    plant: inWorld(({ forge }) => ({
      forge: {
        ...forge,
        openIssues: async (project) =>
          (await forge.openIssues(project)).map((issue) => ({ ...issue, assignees: [] })),
        issue: async (project, iid) => {
          const issue = await forge.issue(project, iid);
          return issue === null ? null : { ...issue, assignees: [] };
        },
      },
    })),
  },
  {
    name: "merges whatever head stands there",
    invariant: "merged at the approved head",
    plant: {
      wire: ({ fetch = globalThis.fetch, ...wire }) => ({
        ...wire,
        fetch: async (url, init) => {
          if (!url.endsWith("/merge")) return fetch(url, init);
          const { body: _, ...question } = init;
          const answer = await fetch(url.replace(/\/merge$/, ""), { ...question, method: "GET" });
          const { sha } = (await answer.json()) as { readonly sha: string };
          return fetch(url, { ...init, body: JSON.stringify({ sha }) });
        },
      }),
    },
  },
  {
    name: "another artefact than the approved one is handed over",
    invariant: "two valid people released exactly these bytes",
    plant: eachAction((action) =>
      action.kind === "publish-package" && action.name.endsWith("-hand-over")
        ? [{ ...action, version: "000000000000" }]
        : [action],
    ),
  },
  {
    name: "the scope takes in another account",
    invariant: "no row outside the scope",
    plant: inWorld(({ accounts }) => ({
      accounts: {
        ...accounts,
        scope: async (request) => {
          const scope = await accounts.scope(request);
          const other = { path: "other-co", id: 23456 };
          const secret = { path: "other-co/secret", id: 9002 };
          return {
            ...scope,
            namespaces: [...scope.namespaces, other],
            projects: [...scope.projects, secret],
          };
        },
      },
    })),
  },
  {
    name: "a refused request is taken for accepted",
    invariant: "nothing collected before acceptance",
    plant: seeing((seen) => ({
      ...seen,
      verdict: { ...seen.verdict, verdict: "accept", route: "sirt" },
    })),
  },
  {
    name: "facts that cannot be read count as good",
    invariant: "nothing collected before acceptance",
    plant: inWorld(({ accounts }) => ({
      accounts: {
        ...accounts,
        facts: async (request, author) => {
          const facts = await accounts.facts(request, author);
          return {
            ...facts,
            plan: facts.plan ?? ACME_FACTS.plan,
            requester_owns_account: facts.requester_owns_account ?? true,
          };
        },
      },
    })),
  },
  {
    name: "the gap issue names the account",
    invariant: "no confidential text in a public object",
    plant: eachAction((action) =>
      action.kind === "create-issue"
        ? [{ ...action, description: `${action.description}\nAsked for by acme-corp` }]
        : [action],
    ),
  },
  {
    name: "a public request is not hidden",
    invariant: "no confidential text in a public object",
    plant: eachAction((action) => (action.kind === "set-confidential" ? [] : [action])),
  },
  {
    name: "a public request is hidden last",
    invariant: "no confidential text in a public object",
    plant: planning((plan) => [
      ...plan.filter(({ kind }) => kind !== "set-confidential"),
      ...plan.filter(({ kind }) => kind === "set-confidential"),
    ]),
  },
  {
    name: "the custody log keeps its last entries only",
    invariant: "the custody log is valid and only grows",
    plant: rewritingCustody((content) => content.split("\n").slice(-2).join("\n")),
  },
  {
    name: "an entry of the custody log is chained to nothing",
    invariant: "the custody log is valid and only grows",
    plant: rewritingCustody((content) =>
      content.replace(/"prev":"[0-9a-f]{64}"(?=[^\n]*\n$)/, `"prev":"${"1".repeat(64)}"`),
    ),
  },
  {
    name: "the custody log is written without compare-and-swap",
    invariant: "the custody log is valid and only grows",
    plant: {
      wire: ({ fetch = globalThis.fetch, ...wire }) => ({
        ...wire,
        fetch: (url, init) =>
          typeof init.body === "string" && init.body.includes("last_commit_id")
            ? fetch(url, {
                ...init,
                body: init.body.replace(
                  /,"last_commit_id":"[0-9a-f]*"|"last_commit_id":"[0-9a-f]*",/g,
                  "",
                ),
              })
            : fetch(url, init),
      }),
    },
  },
  {
    name: "the bot tidies the text of the author",
    invariant: "no text of a human edited",
    plant: {
      plan: (groups, { world }) =>
        groups.map((group) => ({
          ...group,
          plan: group.plan.flatMap((action): readonly Action[] =>
            action.kind === "write-note"
              ? [
                  action,
                  {
                    kind: "edit-issue",
                    project: world.tracker.path,
                    issue: action.issue,
                    description: "seen",
                  },
                ]
              : [action],
          ),
        })),
    },
  },
  {
    name: "a copied marker makes somebody's note the bot's",
    invariant: "no text of a human edited",
    plant: seeing((seen) => ({
      ...seen,
      notes: seen.notes.map((note) => ({ ...note, author: seen.bot })),
    })),
  },
  {
    name: "a dry run labels",
    invariant: "a dry run writes nothing",
    plant: {
      reading: (opened) => ({
        ...opened,
        observe: async () => {
          const observed = await opened.observe();
          for (const { issue } of observed.seen)
            if (!issue.labels.includes("seen"))
              await opened.writer.perform({
                kind: "change-labels",
                issue: issue.iid,
                add: ["seen"],
                remove: [],
              });
          return observed;
        },
      }),
    },
  },
  {
    name: "Retry-After is not read",
    invariant: "Retry-After is obeyed",
    plant: {
      wire: ({ fetch = globalThis.fetch, ...wire }) => ({
        ...wire,
        clock: { now: Date.now, wait: async () => {} },
        fetch: async (url, init) => {
          const answer = await fetch(url, init);
          answer.headers.delete("retry-after");
          return answer;
        },
      }),
    },
  },
  {
    name: "the comment is written on every run",
    invariant: "at rest after three runs",
    plant: {
      plan: (groups, _, memory) =>
        groups.map((group) => ({ ...group, plan: group.plan.concat(lastNote(group, memory)) })),
    },
  },
  {
    name: "the bot does not know its own comment again",
    invariant: "at rest after three runs",
    plant: seeing((seen) => ({ ...seen, notes: [] })),
  },
  {
    name: "what failed once is taken for done",
    invariant: "labels match the state",
    plant: {
      writer: (writer, _, memory) => ({
        perform: async (action) => {
          if (memory.has(action.kind)) return { ok: true, action, url: null };
          const result = await writer.perform(action);
          if (!result.ok) memory.set(action.kind, true);
          return result;
        },
      }),
    },
  },
  {
    name: "the label of the review is never set",
    invariant: "labels match the state",
    plant: eachAction((action) => {
      if (action.kind !== "change-labels" || !action.add.includes("Stage::Review")) return [action];
      const add = action.add.filter((label) => label !== "Stage::Review");
      return add.length === 0 ? [] : [{ ...action, add, remove: [] }];
    }),
  },
  {
    name: "labels are never taken away",
    invariant: "labels match the state",
    plant: eachAction((action) =>
      action.kind !== "change-labels"
        ? [action]
        : action.add.length === 0
          ? []
          : [{ ...action, remove: [] }],
    ),
  },
  {
    name: "issues are read once and for ever",
    invariant: "at rest after three runs",
    plant: inWorld(({ forge }, memory) => ({
      forge: {
        ...forge,
        openIssues: (project) =>
          remembered(memory, `issues ${project}`, () => forge.openIssues(project)),
      },
    })),
  },
  {
    name: "gap issues are filed twice, and the second stays",
    invariant: "one gap issue",
    plant: twice(
      ({ kind }) => kind === "create-issue",
      (action) => action.kind === "edit-issue" && action.close === true,
    ),
  },
  {
    name: "comments are sent twice, and the second stays",
    invariant: "one status comment",
    plant: twice(
      (action) => action.kind === "write-note" && action.note === null,
      ({ kind }) => kind === "delete-note",
    ),
  },
  {
    name: "expired artefacts are kept",
    invariant: "expired artefacts are gone",
    plant: eachAction((action) => (action.kind === "delete-package" ? [] : [action])),
  },
  {
    name: "a closed merge request is replaced by a new one",
    invariant: "one merge request and branch",
    plant: seeing((seen) => (stateOf(seen) === "closed" ? { ...seen, mergeRequest: null } : seen)),
  },
  {
    name: "a released request is held back",
    invariant: "released when due",
    plant: seeing((seen) => ({
      ...seen,
      release: seen.release === null ? null : { ...seen.release, verdict: "hold" },
    })),
  },
  {
    name: "an issue that is not there is labelled",
    invariant: "a run without faults is green",
    plant: eachAction((action) =>
      action.kind === "write-note"
        ? [action, { kind: "change-labels", issue: 99_999, add: ["seen"], remove: [] }]
        : [action],
    ),
  },
];

/** The last comment that was planned for the request, once more. */
function lastNote(group: Group, memory: Map<string, unknown>): readonly Action[] {
  const planned = group.plan.findLast(({ kind }) => kind === "write-note");
  if (planned !== undefined) memory.set(group.item, planned);
  const known = memory.get(group.item) as Action | undefined;
  return planned === undefined && known !== undefined ? [known] : [];
}
