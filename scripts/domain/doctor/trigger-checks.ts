// Checks of what starts the pipelines: schedules, webhooks, trigger tokens.
import { Temporal } from "temporal-polyfill";
import { about, type Check, typed } from "./check.ts";
import { type Hook, type Installation, look, type Schedule } from "./installation.ts";

const SCHEDULES = "Build → Pipeline schedules";
const HOOKS = "Settings → Webhooks";
const TRIGGERS = "Settings → CI/CD → Pipeline trigger tokens";
/** Two intervals of the rarest schedule that docs/setup.md allows. */
const LATE_HOURS = 2;

/** The schedules of the default branch. */
const overSchedules =
  (tell: (all: readonly Schedule[], seen: Installation, bot: number) => string | null) =>
  (seen: Installation): string | null =>
    look(seen.account, ({ id }) =>
      look(seen.tracker, ({ defaultBranch }) =>
        look(seen.schedules, (all) =>
          tell(
            all.filter(({ branch }) => branch === defaultBranch),
            seen,
            id,
          ),
        ),
      ),
    );

const running = (all: readonly Schedule[]): readonly Schedule[] =>
  all.filter(({ requests }) => requests);
const alive = ({ active, owner }: Schedule): boolean => active && owner.active;

function sinceHours(from: string, now: string): number {
  const passed = Temporal.Instant.from(from).until(now);
  return passed.total("hours");
}

/** A webhook that starts pipelines of a project: GitLab's trigger endpoint, at any address. */
const wakes = ({ url }: Hook): boolean =>
  /\/api\/v4\/projects\/[^/]+\/(?:ref\/[^/]+\/)?trigger\/pipeline(?:\?|$)/.test(url);

const host = (url: string): string =>
  (/^https?:\/\/(?:[^/@]*@)?([^/?#]+)/.exec(url)?.[1] ?? "an unknown place").slice(0, 80);

const overHooks =
  (select: (one: Hook) => boolean, tell: (list: string) => string) =>
  ({ hooks }: Installation): string | null =>
    look(hooks, (all) =>
      about(
        all.filter(select).map(({ id }) => `${id}`),
        tell,
      ),
    );

/** Of the webhooks that wake, which kind of event none brings. */
function unheard(all: readonly Hook[]): readonly string[] {
  const waking = all.filter(wakes);
  const heard = (flag: (one: Hook) => boolean) => waking.some(flag);
  return [
    ...(heard(({ issues }) => issues) ? [] : ["issues"]),
    ...(heard(({ confidentialIssues }) => confidentialIssues) ? [] : ["confidential issues"]),
    ...(heard(({ notes }) => notes) ? [] : ["comments"]),
    ...(heard(({ confidentialNotes }) => confidentialNotes) ? [] : ["confidential comments"]),
  ];
}

export const TRIGGER_CHECKS: readonly Check[] = [
  {
    id: "schedule-missing",
    severity: "unsafe",
    fix: `${SCHEDULES}: add one for the default branch, as docs/setup.md step 7 says.`,
    wrong: overSchedules((all) =>
      running(all).length === 0
        ? "No schedule starts the default branch: only webhooks find anything."
        : null,
    ),
  },
  {
    id: "schedule-inactive",
    severity: "unsafe",
    fix: `${SCHEDULES}: activate it.`,
    wrong: overSchedules((all) =>
      running(all).length > 0 && running(all).every(({ active, owner }) => !active && owner.active)
        ? "Every schedule of the default branch is switched off."
        : null,
    ),
  },
  {
    id: "schedule-owner-gone",
    severity: "unsafe",
    fix: `${SCHEDULES}: take ownership as the bot, then activate it.`,
    wrong: overSchedules((all) =>
      about(
        all.filter(({ owner }) => !owner.active).map(({ description }) => typed(description)),
        (list) => `The owner of the schedule ${list} is blocked or gone: it no longer runs.`,
      ),
    ),
  },
  {
    id: "schedule-of-a-person",
    severity: "unsafe",
    fix: `${SCHEDULES}: take ownership as the bot.`,
    wrong: overSchedules((all, _seen, bot) =>
      about(
        all
          .filter((one) => alive(one) && one.owner.id !== bot)
          .map(({ description }) => typed(description)),
        (list) =>
          `The schedule ${list} does not belong to the bot: it runs with a person's rights, and stops when they leave.`,
      ),
    ),
  },
  {
    id: "schedule-late",
    severity: "unsafe",
    fix: `${SCHEDULES}: look at its last pipeline; a runner may be missing.`,
    wrong: overSchedules((all, { now }) => {
      const living = running(all).filter(alive);
      return living.length === 0 ||
        living.some((one) => sinceHours(one.lastRunAt ?? one.createdAt, now) <= LATE_HOURS)
        ? null
        : `No schedule has run for ${LATE_HOURS} hours.`;
    }),
  },
  {
    id: "webhook-missing",
    severity: "advice",
    fix: `${HOOKS}: add those of docs/setup.md step 8; without them requests wait for the schedule.`,
    wrong: ({ hooks }) =>
      look(hooks, (all) => (all.some(wakes) ? null : "No webhook wakes the pipeline.")),
  },
  {
    id: "webhook-hears-not-all",
    severity: "unsafe",
    fix: `${HOOKS}: tick both the plain and the confidential events of issues and comments.`,
    wrong: ({ hooks }) =>
      look(hooks, (all) =>
        all.some(wakes) ? about(unheard(all), (list) => `No webhook tells of ${list}.`) : null,
      ),
  },
  {
    id: "webhook-disabled",
    severity: "unsafe",
    fix: `${HOOKS}: test it, and look at what GitLab recorded as recent events.`,
    wrong: overHooks(
      (one) => wakes(one) && !one.enabled,
      (list) => `GitLab switched the webhook ${list} off, because its calls failed.`,
    ),
  },
  {
    id: "webhook-full-payload",
    severity: "unsafe",
    fix: `${HOOKS} → Custom webhook template: those of docs/setup.md step 8.`,
    wrong: overHooks(
      (one) => wakes(one) && !one.template && (one.confidentialIssues || one.confidentialNotes),
      (list) =>
        `The webhook ${list} sends the texts of confidential issues; GitLab keeps them with each pipeline.`,
    ),
  },
  {
    id: "webhook-elsewhere",
    severity: "unsafe",
    fix: `${HOOKS}: delete it, or untick the confidential events.`,
    wrong: ({ hooks }) =>
      look(hooks, (all) =>
        about(
          all
            .filter((one) => !wakes(one) && (one.confidentialIssues || one.confidentialNotes))
            .map(({ url }) => host(url)),
          (list) => `The texts of confidential issues and comments are sent to ${list}.`,
        ),
      ),
  },
  {
    id: "webhook-without-tls",
    severity: "unsafe",
    fix: `${HOOKS}: Enable SSL verification.`,
    wrong: overHooks(
      ({ verifiesTls }) => !verifiesTls,
      (list) => `The webhook ${list} does not check whom it talks to; its URL holds a token.`,
    ),
  },
  {
    id: "webhook-token-in-url",
    severity: "unsafe",
    fix: `${HOOKS}: write the token as {token} with a masked URL variable, and make a new trigger token.`,
    wrong: overHooks(
      (one) => wakes(one) && /[?&]token=(?!\{|$|&)/.test(one.url),
      (list) =>
        `Whoever can see the settings reads the trigger token in the URL of webhook ${list}.`,
    ),
  },
  {
    id: "webhook-wakes-itself",
    severity: "unsafe",
    fix: `${HOOKS}: untick pipeline, job and deployment events.`,
    wrong: overHooks(
      (one) => wakes(one) && one.pipelines,
      (list) => `The webhook ${list} reports pipelines, and so starts one for each it has started.`,
    ),
  },
  {
    id: "trigger-owner-gone",
    severity: "unsafe",
    fix: `${TRIGGERS}: make a new token as the bot, replace it in the webhooks, and delete this one.`,
    wrong: ({ triggers }) =>
      look(triggers, (all) =>
        about(
          all.filter(({ owner }) => !owner.active).map(({ description }) => typed(description)),
          (list) =>
            `The owner of the trigger token ${list} is blocked or gone: webhooks wake nothing.`,
        ),
      ),
  },
  {
    id: "trigger-of-a-person",
    severity: "unsafe",
    fix: `${TRIGGERS}: make a new token as the bot, replace it in the webhooks, and delete this one.`,
    wrong: ({ triggers, account }) =>
      look(account, ({ id }) =>
        look(triggers, (all) =>
          about(
            all
              .filter(({ owner }) => owner.active && owner.id !== id)
              .map(({ description }) => typed(description)),
            (list) => `The trigger token ${list} starts pipelines with a person's rights.`,
          ),
        ),
      ),
  },
];
