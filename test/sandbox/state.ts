/** The sandbox GitLab's world in memory: look-ups, ids, clock, effective roles, system notes, hook queue. */
import { createHash, randomBytes } from "node:crypto";
import type { CommandHandler } from "./commands.ts";
import type { Fault } from "./faults.ts";
import {
  ACCESS,
  type AuditEvent,
  type Group,
  type Issue,
  type IssueLink,
  type Label,
  type Member,
  type MergeRequest,
  type Note,
  type Noteable,
  type Pipeline,
  type Project,
  type Token,
  type User,
} from "./model.ts";

/** One row of the write log: what changed something, and how it was answered. */
export interface WriteRecord {
  readonly at: string;
  readonly method: string;
  readonly path: string;
  readonly body_sha256: string;
  readonly body: string;
  /** As answered; 0 when the connection was cut. */
  status: number;
  /** Did the request reach its route and succeed there, whatever was answered? */
  applied: boolean;
  user: string | null;
}

/** Everything a snapshot holds beside the repositories. */
export type Records = Pick<
  State,
  "users" | "tokens" | "groups" | "projects" | "labels" | "links" | "auditEvents" | "redirects"
> & {
  readonly counters: ReadonlyMap<string, number>;
  readonly clock: { readonly fixed: number | null; readonly offset: number };
};

export type HookEvent = "issues" | "note" | "merge_requests" | "push" | "tag_push" | "pipeline";

/** Delivers one event to the hooks of a project; set by `webhooks.ts`. */
export type HookSender = (
  project: Project,
  event: HookEvent,
  payload: Record<string, unknown>,
  options: { readonly confidential: boolean },
) => Promise<void>;

export type PipelineListener = (pipeline: Pipeline, project: Project) => void | Promise<void>;

/** The root of everything; routes read and change it directly. */
export class State {
  users = new Map<number, User>();
  tokens: Token[] = [];
  groups = new Map<number, Group>();
  projects = new Map<number, Project>();
  labels = new Map<number, Label>();
  links: IssueLink[] = [];
  auditEvents: AuditEvent[] = [];
  /** Old full path to project id, for the 301 of a moved project. */
  redirects = new Map<string, number>();
  writes: WriteRecord[] = [];
  faults: Fault[] = [];
  /** The first answer to every GET, for stale reads. */
  firstAnswers = new Map<
    string,
    { status: number; headers: Record<string, string>; body: string }
  >();
  /** Effects that wait for `release()`. */
  held: (() => Promise<void>)[] = [];
  /** Sends a request past faults and the write log; set by `createApp`. */
  inner: (request: Request) => Promise<Response> = () =>
    Promise.reject(new Error("the sandbox has no routes yet"));
  requestCounts = new Map<string, { period: number; count: number }>();
  /** Far above what a test needs; the control API lowers it. */
  requestsPerMinute = 100_000;
  /** Aborted when the server closes: ends what waits. */
  closing: AbortSignal = new AbortController().signal;
  /** Root URL without trailing slash; set when the server listens. */
  url = "http://sandbox.invalid";
  /** Temporary directory for bare repositories and the like; made by `startSandbox`. */
  workDir = "";
  /** New repositories live in memory: for simulations, which need no clone and no archive. */
  inMemory = false;
  /** Empties the world and puts the seed in again; set by `startSandbox`. */
  reseed: () => Promise<void> = async () => this.clear();
  sendHook: HookSender = async () => {};
  onPipeline: PipelineListener | null = null;
  /** Quick actions that other modules bring, by canonical name: `approve`, `merge`, `rebase`, `close` of merge requests. */
  commands = new Map<string, CommandHandler>();
  /** How a merge request appears in note webhooks; set by the merge-request routes. */
  mergeRequestHookBody: (mergeRequest: MergeRequest) => Record<string, unknown> = (one) => ({
    id: one.id,
    iid: one.iid,
    title: one.title,
  });

  readonly #counters = new Map<string, number>();
  readonly #pending = new Set<Promise<unknown>>();
  #fixed: number | null = null;
  #offset = 0;

  /** The sandbox's present moment. */
  now(): Date {
    return new Date(this.#fixed ?? Date.now() + this.#offset);
  }

  /** `now()` as GitLab prints times: `2026-11-20T10:00:00.000Z`. */
  stamp(): string {
    return this.now().toISOString();
  }

  /** Stops the clock at a moment, or lets it run again with `null`. */
  setClock(iso: string | null): void {
    this.#offset = 0;
    this.#fixed = iso === null ? null : Date.parse(iso);
  }

  advanceClock(seconds: number): void {
    if (this.#fixed === null) this.#offset += seconds * 1000;
    else this.#fixed += seconds * 1000;
  }

  /** The next id of a kind of record; ids of one kind never repeat. */
  nextId(kind: string): number {
    const id = (this.#counters.get(kind) ?? 0) + 1;
    this.#counters.set(kind, id);
    return id;
  }

  /** Takes a wished id (from a seed), or the next one. */
  takeId(kind: string, wished?: number): number {
    if (wished === undefined) return this.nextId(kind);
    this.#counters.set(kind, Math.max(this.#counters.get(kind) ?? 0, wished));
    return wished;
  }

  /** A fresh token value with GitLab's prefix for its kind. */
  newSecret(prefix: string): string {
    return `${prefix}${randomBytes(15).toString("base64url")}`;
  }

  /** Empties the world; clock and listeners stay. */
  clear(): void {
    this.users.clear();
    this.tokens = [];
    this.groups.clear();
    this.projects.clear();
    this.labels.clear();
    this.links = [];
    this.auditEvents = [];
    this.redirects.clear();
    this.writes = [];
    this.faults = [];
    this.held = [];
    this.firstAnswers.clear();
    this.requestCounts.clear();
    this.#counters.clear();
  }

  /** A deep copy of all records, ids and the clock; repositories, faults and the write log are no part of it. */
  copy(): Records {
    const { users, tokens, groups, projects, labels, links, auditEvents, redirects } = this;
    const records = { users, tokens, groups, projects, labels, links, auditEvents, redirects };
    const clock = { fixed: this.#fixed, offset: this.#offset };
    return structuredClone({ ...records, counters: this.#counters, clock });
  }

  /** Puts a copy in the place of everything; faults, held effects and the write log are emptied. */
  replace(records: Records): void {
    const { counters, clock, ...rest } = structuredClone(records);
    this.clear();
    Object.assign(this, rest);
    for (const [kind, id] of counters) this.#counters.set(kind, id);
    this.#fixed = clock.fixed;
    this.#offset = clock.offset;
  }

  /** Project by numeric id or full path (case-insensitive, as in GitLab). */
  project(idOrPath: number | string): Project | undefined {
    if (typeof idOrPath === "number" || /^\d+$/.test(idOrPath)) {
      return this.projects.get(Number(idOrPath));
    }
    const wanted = idOrPath.toLowerCase();
    return [...this.projects.values()].find((one) => one.fullPath.toLowerCase() === wanted);
  }

  group(idOrPath: number | string): Group | undefined {
    if (typeof idOrPath === "number" || /^\d+$/.test(idOrPath)) {
      return this.groups.get(Number(idOrPath));
    }
    const wanted = idOrPath.toLowerCase();
    return [...this.groups.values()].find((one) => one.fullPath.toLowerCase() === wanted);
  }

  /** User by id; throws when there is none: ids inside the state are always valid. */
  user(id: number): User {
    const user = this.users.get(id);
    if (user === undefined) throw new Error(`no user ${id}`);
    return user;
  }

  userNamed(username: string): User | undefined {
    const wanted = username.toLowerCase();
    return [...this.users.values()].find((one) => one.username.toLowerCase() === wanted);
  }

  projectById(id: number): Project {
    const project = this.projects.get(id);
    if (project === undefined) throw new Error(`no project ${id}`);
    return project;
  }

  issueById(id: number): Issue | undefined {
    for (const project of this.projects.values()) {
      const issue = project.issues.find((one) => one.id === id);
      if (issue !== undefined) return issue;
    }
    return undefined;
  }

  /** A group with its ancestors, nearest first. */
  groupChain(groupId: number | null): Group[] {
    const chain: Group[] = [];
    let next = groupId;
    while (next !== null) {
      const group = this.groups.get(next);
      if (group === undefined) break;
      chain.push(group);
      next = group.parentId;
    }
    return chain;
  }

  /** Is a membership in force now? */
  memberActive(member: Member): boolean {
    return member.expiresAt === null || member.expiresAt > this.stamp().slice(0, 10);
  }

  /** Every member of a group or project with its ancestors: the highest level of each user wins. */
  membersOf(own: ReadonlyMap<number, Member>, chain: readonly Group[]): Map<number, Member> {
    const all = new Map<number, Member>();
    for (const members of [own, ...chain.map((group) => group.members)]) {
      for (const member of members.values()) {
        if (!this.memberActive(member)) continue;
        const known = all.get(member.userId);
        if (known === undefined || known.accessLevel < member.accessLevel) {
          all.set(member.userId, member);
        }
      }
    }
    return all;
  }

  /** A user's effective level in a project; administrators count as owners; blocked and unknown users have none. */
  accessLevel(user: User | null, project: Project): number {
    if (user === null || user.state === "blocked") return ACCESS.none;
    if (user.admin || project.ownerId === user.id) return ACCESS.owner;
    const member = this.membersOf(project.members, this.groupChain(project.groupId)).get(user.id);
    return member?.accessLevel ?? ACCESS.none;
  }

  groupAccessLevel(user: User | null, group: Group): number {
    if (user === null || user.state === "blocked") return ACCESS.none;
    if (user.admin) return ACCESS.owner;
    const members = this.membersOf(new Map(), this.groupChain(group.id));
    return members.get(user.id)?.accessLevel ?? ACCESS.none;
  }

  /** May this user (or nobody: `null`) see that the project exists? */
  canSeeProject(user: User | null, project: Project): boolean {
    if (project.visibility === "public") return true;
    if (user === null || user.state === "blocked") return false;
    if (project.visibility === "internal" && !user.external) return true;
    return this.accessLevel(user, project) >= ACCESS.guest;
  }

  canSeeGroup(user: User | null, group: Group): boolean {
    if (group.visibility === "public") return true;
    if (user === null || user.state === "blocked") return false;
    if (group.visibility === "internal" && !user.external) return true;
    if (this.groupAccessLevel(user, group) >= ACCESS.minimal) return true;
    return [...this.projects.values()].some(
      (project) =>
        this.groupChain(project.groupId).includes(group) && this.canSeeProject(user, project),
    );
  }

  /** Writes a system note on an issue or merge request. */
  systemNote(noteable: Noteable, author: User, body: string): Note {
    return this.addNote(noteable, author, body, { system: true });
  }

  /** Stores a note as it is: no quick actions, no hooks. */
  addNote(
    noteable: Noteable,
    author: User,
    body: string,
    extra: Partial<Omit<Note, "id" | "authorId" | "body">> = {},
  ): Note {
    const id = this.nextId("note");
    const stamp = this.stamp();
    const note: Note = {
      id,
      authorId: author.id,
      body,
      system: false,
      internal: false,
      discussionId: createHash("sha1").update(`discussion ${id}`).digest("hex"),
      createdAt: stamp,
      updatedAt: stamp,
      resolvable: noteable.kind === "MergeRequest" && extra.type !== undefined,
      resolved: false,
      resolvedById: null,
      type: null,
      position: null,
      awards: [],
      ...extra,
    };
    noteable.notes.push(note);
    noteable.updatedAt = stamp;
    return note;
  }

  /** Queues an event for the project's hooks; `settled()` waits for the deliveries. */
  hook(
    project: Project,
    event: HookEvent,
    payload: Record<string, unknown>,
    options: { readonly confidential: boolean } = { confidential: false },
  ): void {
    this.later(this.sendHook(project, event, payload, options));
  }

  /** Keeps a promise that runs beside the requests. */
  later(work: Promise<unknown>): void {
    const tracked = work.catch(() => undefined).finally(() => this.#pending.delete(tracked));
    this.#pending.add(tracked);
  }

  /** Lets every effect happen that was held back. */
  async release(): Promise<void> {
    for (const effect of this.held.splice(0)) await effect();
  }

  /** Waits until hooks and pipelines that were started have ended. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  audit(
    author: User,
    entity: {
      readonly id: number;
      readonly type: AuditEvent["entity_type"];
      readonly path: string;
    },
    eventName: string,
    details: Record<string, unknown>,
  ): void {
    this.auditEvents.push({
      id: this.nextId("audit_event"),
      author_id: author.id,
      entity_id: entity.id,
      entity_type: entity.type,
      event_name: eventName,
      details: {
        ...details,
        author_name: author.name,
        author_class: "User",
        event_name: eventName,
        entity_path: entity.path,
      },
      created_at: this.stamp(),
    });
  }
}
