// Builds an inspection from the environment and the flags: the adapters that doctor and the check before a run need.
import { recipientOf } from "./adapters/artefact/seal.ts";
import { readEnvironment } from "./adapters/environment.ts";
import { connectGitLab } from "./adapters/gitlab/connection.ts";
import { createReader } from "./adapters/gitlab/reader.ts";
import { createSettingsReader } from "./adapters/gitlab/settings-reader.ts";
import { loadPolicies } from "./adapters/policy-folder.ts";
import { POLICY_FOLDER } from "./adapters/policy-path.ts";
import type { Terminal } from "./commands/command.ts";
import { destinationOf, placeOf } from "./destination.ts";
import type { Installation } from "./domain/doctor/installation.ts";
import { declaredBy, inspectAll } from "./inspect.ts";

type Opened = { readonly ok: true; readonly inspect: () => Promise<Installation> };

/** Throws when a policy cannot be read or the environment is not usable. */
export async function openInspection(
  terminal: Terminal,
  flags: { readonly gitlab: string | null; readonly project: string | null },
): Promise<Opened | { readonly ok: false; readonly faults: readonly string[] }> {
  const env = readEnvironment(terminal.env);
  const destination = destinationOf(env, flags);
  if (!destination.ok) return destination;
  const { url, tracker, token } = destination;
  const policies = await loadPolicies(env.SECLOG_POLICIES ?? POLICY_FOLDER);
  const { signal } = terminal;
  const connection = connectGitLab({ url, token, signal });
  const key = env.SECLOG_ARTEFACT_KEY;
  const readToken = env.SECLOG_READ_TOKEN;
  const declared = declaredBy(
    policies,
    terminal.now,
    key === undefined ? null : await recipientOf(key),
  );
  return {
    ok: true,
    inspect: () =>
      inspectAll({
        settings: createSettingsReader(connection),
        forge: createReader(connection),
        tracker,
        gapProject: placeOf(policies, "gap", tracker),
        artefactProject: placeOf(policies, "artefacts", tracker),
        declared,
        readToken:
          readToken === undefined
            ? null
            : createSettingsReader(connectGitLab({ url, token: readToken, signal })),
      }),
  };
}
