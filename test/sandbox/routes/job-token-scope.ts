/** Which projects' job tokens reach this project, and which this project's reach. */
import { type App, projectFor } from "../http.ts";
import { ACCESS, type Project } from "../model.ts";
import type { Json } from "../presenters.ts";
import type { State } from "../state.ts";

const present = ({ settings }: Project): Json => ({
  inbound_enabled: settings["ci_inbound_job_token_scope_enabled"] ?? true,
  outbound_enabled: settings["ci_job_token_scope_enabled"] ?? false,
});

export function registerJobTokenScope(app: App, state: State): void {
  const base = "/projects/:id/job_token_scope";
  app.get(base, (c) => c.json(present(projectFor(c, state, ACCESS.maintainer).project)));
  app.patch(base, (c) => {
    const { project } = projectFor(c, state, ACCESS.maintainer);
    project.settings["ci_inbound_job_token_scope_enabled"] = c.var.params.flag("enabled") ?? true;
    return c.body(null, 204);
  });
}
