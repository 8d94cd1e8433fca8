// A merge request with its people over time, as plain values: what happens at random, and what is true of it.

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const TEAMS = ["legal", "security", "support"] as const;
export type Team = (typeof TEAMS)[number];
type Membership = {
  /** Millisecond of joining; null = GitLab does not say. */
  since: number | null;
  /** `YYYY-MM-DD`, the day on which it ends. */
  ends: string | null;
  inherited: boolean;
};
export type Human = {
  readonly id: number;
  name: string;
  state: string;
  bot: boolean;
  readonly teams: Map<Team, Membership>;
};
export type Given = {
  readonly human: Human;
  readonly at: number;
  /** The name that the user had then. */
  readonly name: string;
  /** The commit that was really looked at; its manifest names the artefact. */
  readonly head: number;
  /** The teams that the user was in then. */
  readonly teams: readonly Team[];
};
export type History = {
  now: number;
  readonly humans: readonly Human[];
  readonly bot: Human;
  head: number;
  pushedAt: number;
  /** What GitLab says of the push: late workers leave the time of the push before. */
  toldPushAt: number;
  /** The artefact that is stored, and the one that the manifest at the head names. */
  artefact: number;
  headDigest: number;
  complete: boolean;
  state: "opened" | "merged" | "closed";
  mergedBy: Human | null;
  draft: boolean;
  protectedTarget: boolean;
  extraFile: boolean;
  gitlabSaysApproved: boolean | null;
  readonly requester: Human;
  diver: Human;
  readonly committers: Set<Human>;
  readonly former: Set<Human>;
  approvals: Given[];
  readonly revoked: { human: Human; at: number }[];
  renames: number;
};

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const BEGIN = Date.UTC(2026, 10, 20, 9);
/** GitLab may still show approvals of the older commit for this long after a push. */
export const SETTLE = 15 * SECOND;
export const EXPIRES = 14 * DAY;

const human = (id: number, teams: readonly Team[], bot = false): Human => ({
  id,
  name: `user${id}`,
  state: "active",
  bot,
  teams: new Map(teams.map((team) => [team, { since: null, ends: null, inherited: false }])),
});

/** A request with its artefact in review, nothing approved yet. */
export function beginHistory(): History {
  const humans = [
    human(1, ["legal"]),
    human(2, ["security"]),
    human(3, ["legal", "security"]),
    human(4, ["security"]),
    human(5, ["support", "legal"]),
    human(6, ["support", "security"]),
    human(7, []),
  ];
  const bot = human(99, [], true);
  const [, , , , requester = bot, diver = bot] = humans;
  return {
    now: BEGIN,
    humans,
    bot,
    head: 1,
    pushedAt: BEGIN,
    toldPushAt: BEGIN,
    artefact: 1,
    headDigest: 1,
    complete: true,
    state: "opened",
    mergedBy: null,
    draft: false,
    protectedTarget: true,
    extraFile: false,
    gitlabSaysApproved: null,
    requester,
    diver,
    committers: new Set([bot]),
    former: new Set(),
    approvals: [],
    revoked: [],
    renames: 0,
  };
}

type Chance = {
  readonly next: () => number;
  readonly pick: <T>(some: readonly T[]) => T;
  readonly yes: (share: number) => boolean;
};
export function chanceOf(next: () => number): Chance {
  return {
    next,
    pick: (some) => {
      const one = some[Math.floor(next() * some.length)];
      if (one === undefined) throw new Error("nothing to choose from");
      return one;
    },
    yes: (share) => next() < share,
  };
}

const dayOf = (moment: number): string => new Date(moment).toISOString().slice(0, 10);

function approve(history: History, one: Human, chance: Chance): void {
  // Within the first seconds after a push a reader may still have looked at the commit before.
  const late = history.now < history.pushedAt + SETTLE && chance.yes(0.5);
  const given: Given = {
    human: one,
    at: history.now,
    name: one.name,
    head: late ? history.head - 1 : history.head,
    teams: [...one.teams.keys()],
  };
  history.approvals = [...history.approvals.filter(({ human: by }) => by !== one), given];
}

function push(history: History, by: Human, chance: Chance): void {
  history.toldPushAt = chance.yes(0.15) ? history.toldPushAt : history.now;
  history.pushedAt = history.now;
  history.head += 1;
  if (chance.yes(0.4)) history.artefact += 1;
  if (chance.yes(0.8)) history.headDigest = history.artefact;
  history.committers.add(by);
  if (chance.yes(0.4)) history.approvals = [];
}

/** What may happen; each entry is as likely as its share. */
const EVENTS: readonly (readonly [number, (history: History, chance: Chance) => void])[] = [
  [30, (history, chance) => approve(history, chance.pick(history.humans), chance)],
  [
    5,
    (history, chance) => {
      const one = chance.pick(history.humans);
      // GitLab takes the approval away; some answers still show it beside the event.
      if (chance.yes(0.5))
        history.approvals = history.approvals.filter((given) => given.human !== one);
      history.revoked.push({ human: one, at: history.now });
    },
  ],
  [
    4,
    (history, chance) =>
      push(history, chance.yes(0.7) ? history.bot : chance.pick(history.humans), chance),
  ],
  [
    3,
    (history, chance) => {
      const by = chance.yes(0.7) ? history.bot : chance.pick(history.humans);
      for (const one of history.committers) history.former.add(one);
      history.committers.clear();
      push(history, by, chance);
    },
  ],
  [
    5,
    (history, chance) => {
      chance.pick(history.humans).state = chance.pick([
        "active",
        "active",
        "blocked",
        "banned",
        "deactivated",
      ]);
    },
  ],
  [
    3,
    (history, chance) => {
      const one = chance.pick(history.humans);
      one.bot = !one.bot;
    },
  ],
  [4, (history, chance) => void chance.pick(history.humans).teams.delete(chance.pick(TEAMS))],
  [
    6,
    (history, chance) => {
      chance.pick(history.humans).teams.set(chance.pick(TEAMS), {
        since: chance.yes(0.5) ? history.now : null,
        ends: chance.yes(0.4) ? dayOf(history.now + Math.floor(chance.next() * 4 - 1) * DAY) : null,
        inherited: chance.yes(0.3),
      });
    },
  ],
  [
    4,
    (history, chance) => {
      const [one, other] = [chance.pick(history.humans), chance.pick(history.humans)];
      history.renames += 1;
      [one.name, other.name] = chance.yes(0.7)
        ? [other.name, one.name]
        : [`renamed${history.renames}`, one === other ? `renamed${history.renames}` : other.name];
    },
  ],
  [
    3,
    (history, chance) => {
      history.diver = chance.yes(0.3) ? history.bot : chance.pick(history.humans);
    },
  ],
  [
    2,
    (history) => {
      history.artefact += 1;
    },
  ],
  [
    1,
    (history) => {
      history.complete = !history.complete;
    },
  ],
  [
    2,
    (history, chance) => {
      history.state = chance.pick(["opened", "opened", "closed", "merged", "merged"] as const);
      history.mergedBy =
        history.state !== "merged"
          ? null
          : chance.yes(0.6)
            ? history.bot
            : chance.pick(history.humans);
    },
  ],
  [
    1,
    (history) => {
      history.draft = !history.draft;
    },
  ],
  [
    1,
    (history) => {
      history.protectedTarget = !history.protectedTarget;
    },
  ],
  [
    1,
    (history) => {
      history.extraFile = !history.extraFile;
    },
  ],
  // Somebody edits the merge request's own rules until GitLab calls it approved.
  [
    3,
    (history, chance) => {
      history.gitlabSaysApproved = chance.yes(0.7) ? true : null;
    },
  ],
  [
    16,
    (history, chance) => {
      const unit = chance.pick([SECOND, SECOND, 10 * SECOND, MINUTE, HOUR, DAY, 5 * DAY]);
      history.now += Math.floor(chance.next() * 3 * unit);
    },
  ],
  // A clock that was wrong is put right.
  [
    1,
    (history) => {
      history.now -= HOUR;
    },
  ],
];
const TOTAL = EVENTS.reduce((sum, [share]) => sum + share, 0);

export function happen(history: History, chance: Chance): void {
  let left = chance.next() * TOTAL;
  EVENTS.find(([share]) => {
    left -= share;
    return left < 0;
  })?.[1](history, chance);
}
