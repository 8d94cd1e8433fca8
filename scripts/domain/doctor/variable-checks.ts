// Checks of the CI/CD variables: which are there, who can read them, and which job gets them.
import { about, type Check } from "./check.ts";
import { type Installation, look, type Variable } from "./installation.ts";

const WHERE = "Settings → CI/CD → Variables";
const SECRETS: readonly string[] = [
  "SECLOG_TOKEN",
  "SECLOG_READ_TOKEN",
  "SECLOG_MARKER_KEY",
  "SECLOG_ACCOUNTS_TOKEN",
  "SECLOG_LOG_STORE_API_KEY",
  "SECLOG_LOG_STORE_PASSWORD",
  "SECLOG_PSEUDONYM_KEY",
  "SECLOG_ARTEFACT_KEY",
];
const NEEDED: readonly string[] = [
  "SECLOG_TOKEN",
  "SECLOG_READ_TOKEN",
  "SECLOG_MARKER_KEY",
  "SECLOG_ACCOUNTS",
  "SECLOG_LOG_STORE",
  "SECLOG_PSEUDONYM_KEY",
  "SECLOG_ARTEFACT_KEY",
];
/** What only one job may have: variable → its environment. */
const SCOPED: ReadonlyMap<string, string> = new Map([
  ["SECLOG_READ_TOKEN", "log-dive"],
  ["SECLOG_LOG_STORE", "log-dive"],
  ["SECLOG_LOG_STORE_API_KEY", "log-dive"],
  ["SECLOG_LOG_STORE_PASSWORD", "log-dive"],
  ["SECLOG_PSEUDONYM_KEY", "log-dive"],
  ["SECLOG_ARTEFACT_KEY", "hand-over"],
]);
/** Variables that change what a job runs or print what it knows (OWASP CICD-SEC-4). */
const TREACHEROUS: readonly string[] = [
  "BASH_ENV",
  "CI_DEBUG_SERVICES",
  "CI_DEBUG_TRACE",
  "GIT_FETCH_EXTRA_FLAGS",
  "LD_PRELOAD",
  "NODE_OPTIONS",
  "NODE_TLS_REJECT_UNAUTHORIZED",
];

const over =
  (select: (all: readonly Variable[]) => readonly string[], tell: (list: string) => string) =>
  ({ variables }: Installation): string | null =>
    look(variables, (all) => about(select(all), tell));

const secretsThat = (fault: (one: Variable) => boolean) => (all: readonly Variable[]) =>
  all.filter((one) => SECRETS.includes(one.key) && fault(one)).map(({ key }) => key);

export const VARIABLE_CHECKS: readonly Check[] = [
  {
    id: "secret-unprotected",
    severity: "dangerous",
    fix: `${WHERE}: switch on "Protect variable" for each, and replace the secret, which may be known.`,
    wrong: over(
      secretsThat((one) => !one.protected),
      (list) => `Pipelines of every branch get ${list}: whoever may push a branch can read it.`,
    ),
  },
  {
    id: "secret-unmasked",
    severity: "unsafe",
    fix: `${WHERE}: delete each and add it again as "Masked and hidden".`,
    wrong: over(
      secretsThat((one) => !one.masked),
      (list) => `Job logs do not mask ${list}.`,
    ),
  },
  {
    id: "secret-readable",
    severity: "unsafe",
    fix: `${WHERE}: delete each and add it again as "Masked and hidden".`,
    wrong: over(
      secretsThat((one) => one.masked && !one.hidden),
      (list) => `Any Maintainer, and the read token of the log-dive, can read ${list} back.`,
    ),
  },
  {
    id: "secret-in-every-job",
    severity: "unsafe",
    fix: `${WHERE}: give each the environment scope that docs/setup.md step 5 names.`,
    wrong: over(
      (all) =>
        all.filter(({ key, scope }) => scope !== (SCOPED.get(key) ?? scope)).map(({ key }) => key),
      (list) => `${list} reaches other jobs than the one that needs it.`,
    ),
  },
  {
    id: "write-token-in-log-dive",
    severity: "unsafe",
    fix: `${WHERE}: add SECLOG_TOKEN once more, with the read token as value and log-dive as environment scope.`,
    wrong: ({ variables }) =>
      look(variables, (all) => {
        const scopes = all.filter(({ key }) => key === "SECLOG_TOKEN").map(({ scope }) => scope);
        return scopes.includes("*") && !scopes.includes("log-dive")
          ? "The job that reads logs gets the write token."
          : null;
      }),
  },
  {
    id: "variable-missing",
    severity: "unsafe",
    fix: `${WHERE}: add each as docs/setup.md step 5 says (variables of a group are not looked at).`,
    wrong: over(
      (all) => NEEDED.filter((key) => !all.some((one) => one.key === key)),
      (list) => `The project has no ${list}.`,
    ),
  },
  {
    id: "variable-treacherous",
    severity: "unsafe",
    fix: `${WHERE}: delete each.`,
    wrong: over(
      (all) => all.map(({ key }) => key).filter((key) => TREACHEROUS.includes(key)),
      (list) => `${list} changes what the jobs run, or prints what they know.`,
    ),
  },
];
