/** The instance: version, metadata, Markdown rendering, audit events. */
import { fail } from "../errors.ts";
import {
  type App,
  type Ctx,
  groupOf,
  paginate,
  paginateKeyset,
  projectFor,
  requireAdmin,
  requireGroupLevel,
  requireUser,
  wantsKeyset,
} from "../http.ts";
import { live } from "../live.ts";
import { ACCESS, type AuditEvent } from "../model.ts";
import type { State } from "../state.ts";

const VERSION = "18.7.0-ee";
const AUDIT_WINDOW_DAYS = 30;

function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

function answerAudit(c: Ctx, state: State, events: readonly AuditEvent[]): Response {
  const { params } = c.var;
  const after = params.time("created_after");
  const before = params.time("created_before");
  const end = before ?? state.now().getTime();
  if (after !== undefined && end - after > AUDIT_WINDOW_DAYS * 86_400_000) {
    fail(400, `Date range limited to ${AUDIT_WINDOW_DAYS} days`);
  }
  const found = events
    .filter((one) => after === undefined || Date.parse(one.created_at) >= after)
    .filter((one) => before === undefined || Date.parse(one.created_at) <= before)
    .sort((a, b) => b.id - a.id);
  const page = wantsKeyset(c)
    ? paginateKeyset(c, found, {
        column: "id",
        value: (one) => one.id,
        id: (one) => one.id,
        descending: true,
      })
    : paginate(c, found);
  return c.json(page);
}

export function registerMetadata(app: App, state: State): void {
  app.get("/version", (c) => {
    requireUser(c);
    return c.json({ version: VERSION, revision: "sandbox" });
  });
  app.get("/metadata", (c) => {
    requireUser(c);
    return c.json({
      version: VERSION,
      revision: "sandbox",
      kas: { enabled: false, externalUrl: null, version: null },
      enterprise: true,
    });
  });
  app.post("/markdown", (c) => {
    const text = c.var.params.required("text");
    const effects = live(text);
    const mentions = effects.mentions.map(
      (name) =>
        `<a href="/${name.slice(1)}" class="gfm gfm-project_member">${escapeHtml(name)}</a>`,
    );
    const references = effects.references.map(
      (name) => `<a href="#" class="gfm">${escapeHtml(name)}</a>`,
    );
    return c.json(
      { html: `<pre>${escapeHtml(text)}</pre>${[...mentions, ...references].join("")}` },
      201,
    );
  });
  app.get("/audit_events", (c) => {
    requireAdmin(c);
    return answerAudit(c, state, state.auditEvents);
  });
  app.get("/projects/:id/audit_events", (c) => {
    const { project } = projectFor(c, state, ACCESS.developer);
    const own = state.auditEvents.filter(
      (one) => one.entity_type === "Project" && one.entity_id === project.id,
    );
    return answerAudit(c, state, own);
  });
  app.get("/groups/:id/audit_events", (c) => {
    const group = groupOf(c, state);
    requireGroupLevel(c, state, group, ACCESS.owner);
    const own = state.auditEvents.filter(
      (one) => one.entity_type === "Group" && one.entity_id === group.id,
    );
    return answerAudit(c, state, own);
  });
}
