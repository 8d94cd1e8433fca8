// Checks of the projects themselves: who sees them, what their pipelines may, whether the product can work in them.
import { about, type Check } from "./check.ts";
import { look, type ProjectSettings } from "./installation.ts";

const GENERAL = "Settings → General → Visibility, project features, permissions";
const PIPELINES = "Settings → CI/CD → General pipelines";
const REPORTER = 20;

/** Attributes that a GitLab of the supported versions tells its Maintainers. */
const EXPECTED: readonly (keyof ProjectSettings)[] = [
  "issues",
  "forking",
  "pages",
  "publicJobs",
  "serviceDesk",
  "ciConfigPath",
  "jobTokenMayPush",
  "secretsInMergeRequests",
];

export const PROJECT_CHECKS: readonly Check[] = [
  {
    id: "tracker-not-private",
    severity: "dangerous",
    fix: `${GENERAL}: set the project to Private.`,
    wrong: ({ tracker }) =>
      look(tracker, ({ path, visibility }) =>
        visibility === "private"
          ? null
          : `The tracker ${path} is ${visibility}: request files, merge requests and the custody log can be read by people outside.`,
      ),
  },
  {
    id: "artefacts-not-private",
    severity: "dangerous",
    fix: `In the artefact project ${GENERAL}: set the project to Private, and the package registry to members only.`,
    wrong: ({ artefacts, projects }) =>
      look(artefacts, (project) => {
        if (project.packageRegistry === "public")
          return `Anyone may download the packages of ${project.path}.`;
        return project.visibility === "private" || projects.artefacts === "this"
          ? null
          : `The artefact project ${project.path} is ${project.visibility}: sealed artefacts and their manifests can be fetched by people outside.`;
      }),
  },
  {
    id: "pipeline-variables-open",
    severity: "dangerous",
    fix: "Settings → CI/CD → Variables → Minimum role to use pipeline variables: No one allowed.",
    wrong: ({ tracker }) =>
      look(tracker, ({ variablesRole }) => {
        if (variablesRole === null)
          return "GitLab does not say who may set pipeline variables, which outrank all others.";
        return ["no_one_allowed", "owner", "maintainer"].includes(variablesRole)
          ? null
          : `Whoever is ${variablesRole} may set pipeline variables, and so name a system of record of their own.`;
      }),
  },
  {
    id: "pipeline-variables-by-maintainers",
    severity: "advice",
    fix: "Settings → CI/CD → Variables → Minimum role to use pipeline variables: No one allowed, where triggers still work with it.",
    wrong: ({ tracker }) =>
      look(tracker, ({ variablesRole }) =>
        variablesRole === "owner" || variablesRole === "maintainer"
          ? `Whoever is ${variablesRole} may set pipeline variables, which outrank all others.`
          : null,
      ),
  },
  {
    id: "merge-request-pipelines-with-secrets",
    severity: "dangerous",
    fix: "Settings → CI/CD → Variables → Access protected resources in merge request pipelines: off.",
    wrong: ({ tracker }) =>
      look(tracker, ({ secretsInMergeRequests }) =>
        secretsInMergeRequests === true
          ? "Merge request pipelines between protected branches get the protected variables; they run code nobody has reviewed."
          : null,
      ),
  },
  {
    id: "jobs-public",
    severity: "unsafe",
    fix: `${PIPELINES} → Project-based pipeline visibility: off.`,
    wrong: ({ tracker }) =>
      look(tracker, ({ publicJobs }) =>
        publicJobs === true
          ? "Job logs and job artefacts are open to everyone who sees the project."
          : null,
      ),
  },
  {
    id: "job-token-open",
    severity: "unsafe",
    fix: "Settings → CI/CD → Job token permissions: only this project and the groups and projects on the allow-list.",
    wrong: ({ jobTokenLimited }) =>
      look(jobTokenLimited, (limited) =>
        limited ? null : "Job tokens of every other project may be used on this one.",
      ),
  },
  {
    id: "job-token-may-push",
    severity: "unsafe",
    fix: "Settings → CI/CD → Job token permissions → Allow Git push requests to the repository: off.",
    wrong: ({ tracker }) =>
      look(tracker, ({ jobTokenMayPush }) =>
        jobTokenMayPush === true ? "A job may push to the repository with its job token." : null,
      ),
  },
  {
    id: "forking-allowed",
    severity: "unsafe",
    fix: `${GENERAL} → Forks: off.`,
    wrong: ({ tracker }) =>
      look(tracker, ({ forking }) =>
        forking === null || forking === "disabled"
          ? null
          : "The project can be forked: a copy of the requests would lie where nobody looks after it.",
      ),
  },
  {
    id: "pages-public",
    severity: "unsafe",
    fix: `${GENERAL} → Pages: only project members.`,
    wrong: ({ tracker }) =>
      look(tracker, ({ pages }) =>
        pages === "public" ? "What the project publishes with Pages is open to everyone." : null,
      ),
  },
  {
    id: "service-desk-on",
    severity: "unsafe",
    fix: "Settings → General → Service Desk: off.",
    wrong: ({ tracker }) =>
      look(tracker, ({ serviceDesk }) =>
        serviceDesk === true
          ? "Service Desk is on: people outside can open issues by mail and get their comments by mail."
          : null,
      ),
  },
  {
    id: "ci-config-elsewhere",
    severity: "unsafe",
    fix: `${PIPELINES} → CI/CD configuration file: leave it empty.`,
    wrong: ({ tracker }) =>
      look(tracker, ({ ciConfigPath }) =>
        ciConfigPath === null || ciConfigPath === "" || ciConfigPath === ".gitlab-ci.yml"
          ? null
          : "The pipeline is not defined by .gitlab-ci.yml of this project: another file decides what runs with the secrets.",
      ),
  },
  {
    id: "settings-untold",
    severity: "unsafe",
    fix: "Give the bot the role Maintainer, and use GitLab 17.10 or newer.",
    wrong: ({ tracker }) =>
      look(tracker, (project) =>
        about(
          EXPECTED.filter((key) => project[key] === null),
          (list) => `GitLab does not tell settings of the tracker: ${list}.`,
        ),
      ),
  },
  {
    id: "tracker-without-issues",
    severity: "unsafe",
    fix: `${GENERAL} → Issues: on, and unarchive the project.`,
    wrong: ({ tracker }) =>
      look(tracker, ({ archived, issues }) =>
        archived || issues === "disabled"
          ? "The tracker is archived or has no issues: nothing can be asked."
          : null,
      ),
  },
  {
    id: "review-branch-differs",
    severity: "unsafe",
    fix: "Name the default branch under `target_branches` in policies/review.yaml.",
    wrong: ({ tracker, targetBranches }) =>
      look(tracker, ({ defaultBranch }) =>
        targetBranches.includes(defaultBranch)
          ? null
          : `The default branch ${defaultBranch} is none of the branches that policies/review.yaml allows: nothing can be released.`,
      ),
  },
  {
    id: "gap-project-not-writable",
    severity: "unsafe",
    fix: "Make the bot Reporter of the gap project, switch its issues on, or change `gap` in policies/projects.yaml.",
    wrong: ({ gap }) =>
      look(gap, ({ path, archived, issues, ownLevel }) =>
        archived || issues === "disabled" || ownLevel < REPORTER
          ? `The bot cannot file issues in ${path}: gaps in Audit Events are not recorded.`
          : null,
      ),
  },
  {
    id: "packages-off",
    severity: "unsafe",
    fix: `In the artefact project ${GENERAL} → Package registry: on.`,
    wrong: ({ artefacts }) =>
      look(artefacts, ({ path, archived, packages, packageRegistry }) =>
        archived || packages === false || packageRegistry === "disabled"
          ? `${path} takes no packages: artefacts cannot be stored.`
          : null,
      ),
  },
];
