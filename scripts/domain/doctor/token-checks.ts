// Checks of the run's own tokens and user, and of the GitLab behind them.
import { Temporal } from "temporal-polyfill";
import { about, type Check } from "./check.ts";
import { look, type Token } from "./installation.ts";

const WHERE = "User settings of the bot → Access tokens";
const OWNER = 50;
const DEVELOPER = 30;
/** A token renews without haste. */
const NOTICE_DAYS = 14;
const SKEW_SECONDS = 60;
/** Oldest GitLab that docs/setup.md supports. */
const OLDEST = [17, 10] as const;

/** `sudo` acts as anybody, `admin_mode` as administrator. */
const FOREIGN_SCOPES: readonly string[] = ["sudo", "admin_mode"];
const WRITE_SCOPES: readonly string[] = ["api", "read_api", "self_rotate"];
const READ_SCOPES: readonly string[] = ["read_api", "self_rotate"];

const beyond = (token: Token, allowed: readonly string[]): readonly string[] =>
  token.scopes.filter((scope) => !allowed.includes(scope) && !FOREIGN_SCOPES.includes(scope));

function ends(name: string, token: Token, now: string): string | null {
  if (token.expiresAt === null) return null;
  const days = Temporal.PlainDate.from(now.slice(0, 10)).until(token.expiresAt).days;
  return days > NOTICE_DAYS
    ? null
    : `${name} ends on ${token.expiresAt}: from then on every run is red.`;
}

export const TOKEN_CHECKS: readonly Check[] = [
  {
    id: "token-of-administrator",
    severity: "dangerous",
    fix: "Make the tokens as the bot, an account without administration rights.",
    wrong: ({ account }) =>
      look(account, ({ username, administrator }) =>
        administrator
          ? `The token belongs to ${username}, who administers the whole GitLab.`
          : null,
      ),
  },
  {
    id: "token-acts-for-others",
    severity: "dangerous",
    fix: `${WHERE}: make a token with the scope api alone, and revoke this one.`,
    wrong: ({ token }) =>
      look(token, ({ scopes }) =>
        about(
          scopes.filter((scope) => FOREIGN_SCOPES.includes(scope)),
          (list) => `The token may act beyond its user: ${list}.`,
        ),
      ),
  },
  {
    id: "token-scopes-too-wide",
    severity: "unsafe",
    fix: `${WHERE}: the write token has the scope api alone, the read token read_api alone.`,
    wrong: ({ token }) =>
      look(token, (own) =>
        about(beyond(own, WRITE_SCOPES), (list) => `The token has scopes nobody needs: ${list}.`),
      ),
  },
  {
    id: "token-ends-soon",
    severity: "unsafe",
    fix: `${WHERE}: renew it, and replace the CI/CD variable.`,
    wrong: ({ token, now }) => look(token, (own) => ends("The token", own, now)),
  },
  {
    id: "token-without-end",
    severity: "advice",
    fix: `${WHERE}: make a token with an end date, at most a year away.`,
    wrong: ({ token }) =>
      look(token, ({ expiresAt }) => (expiresAt === null ? "The token never ends." : null)),
  },
  {
    id: "tokens-of-two-users",
    severity: "unsafe",
    fix: "Make both tokens as the one bot: otherwise its two halves do not know each other's comments.",
    wrong: ({ account, readToken }) =>
      look(account, ({ id }) =>
        look(readToken, ({ user }) =>
          user === id ? null : "SECLOG_READ_TOKEN belongs to another user than SECLOG_TOKEN.",
        ),
      ),
  },
  {
    id: "read-token-writes",
    severity: "unsafe",
    fix: `${WHERE}: make the read token with the scope read_api alone.`,
    wrong: ({ readToken }) =>
      look(readToken, (token) =>
        about(
          [
            ...beyond(token, READ_SCOPES),
            ...token.scopes.filter((one) => FOREIGN_SCOPES.includes(one)),
          ],
          (list) => `The token of the job that reads logs can do more than read: ${list}.`,
        ),
      ),
  },
  {
    id: "read-token-ends-soon",
    severity: "unsafe",
    fix: `${WHERE}: renew it, and replace the CI/CD variables SECLOG_READ_TOKEN and SECLOG_TOKEN of the scope log-dive.`,
    wrong: ({ readToken, now }) =>
      look(readToken, (token) => ends("SECLOG_READ_TOKEN", token, now)),
  },
  {
    id: "token-of-a-project",
    severity: "unsafe",
    fix: "Use one service account, or an ordinary account made for it, with two personal access tokens.",
    wrong: ({ account }) =>
      look(account, ({ username }) =>
        /^(?:project|group)_\d+_bot/.test(username)
          ? "The token is a project or group access token: each of them brings a user of its own, so comments are written twice."
          : null,
      ),
  },
  {
    id: "token-of-a-person",
    severity: "advice",
    fix: "Use a service account (Premium), or make sure that this account was made for seclog alone.",
    wrong: ({ account }) =>
      look(account, ({ bot, administrator }) =>
        bot || administrator ? null : "GitLab does not know the token's user as a bot.",
      ),
  },
  {
    id: "role-too-large",
    severity: "unsafe",
    fix: "Manage → Members: make the bot Maintainer.",
    wrong: ({ tracker, account }) =>
      look(account, ({ administrator }) =>
        look(tracker, ({ ownLevel }) =>
          ownLevel >= OWNER && !administrator
            ? "The bot is Owner of the tracker: it could delete it, and change who may do what."
            : null,
        ),
      ),
  },
  {
    id: "role-too-small",
    severity: "unsafe",
    fix: "Manage → Members: make the bot Maintainer (Developer where the artefacts live elsewhere).",
    wrong: ({ tracker }) =>
      look(tracker, ({ ownLevel }) =>
        ownLevel < DEVELOPER
          ? "The bot is less than Developer in the tracker: it cannot open merge requests."
          : null,
      ),
  },
  {
    id: "clock-differs",
    severity: "unsafe",
    fix: "Set the clock of the runner by NTP: limits and expiry count by it.",
    wrong: ({ instance, now }) =>
      look(instance, ({ clock }) => {
        if (clock === null) return "GitLab does not tell its time.";
        const seconds = Math.abs(Temporal.Instant.from(clock).until(now).total("seconds"));
        return seconds <= SKEW_SECONDS
          ? null
          : `The clock here and the clock of GitLab are ${Math.round(seconds)} seconds apart.`;
      }),
  },
  {
    id: "gitlab-too-old",
    severity: "unsafe",
    fix: "Upgrade GitLab to 17.10 or newer.",
    wrong: ({ instance }) =>
      look(instance, ({ version }) => {
        const [, major, minor] = /^(\d+)\.(\d+)/.exec(version) ?? [];
        return Number(major) > OLDEST[0] ||
          (Number(major) === OLDEST[0] && Number(minor) >= OLDEST[1])
          ? null
          : `GitLab ${version.slice(0, 20)} does not have all the settings that protect this project.`;
      }),
  },
];
