/** Sends webhooks for real: headers, confidential flags, templates, and switching a failing hook off. */
import { randomUUID } from "node:crypto";
import type { Hook, HookFlag, Project } from "./model.ts";
import type { HookEvent, State } from "./state.ts";

const TIMEOUT_MS = 10_000;
/** Failures in a row that switch a hook off for a while. */
const FAILURES_TO_DISABLE = 4;
const FIRST_PAUSE_S = 60;
const LONGEST_PAUSE_S = 86_400;

const EVENTS: Readonly<
  Record<
    HookEvent,
    { readonly flag: HookFlag; readonly confidential: HookFlag; readonly name: string }
  >
> = {
  issues: { flag: "issues_events", confidential: "confidential_issues_events", name: "Issue Hook" },
  note: { flag: "note_events", confidential: "confidential_note_events", name: "Note Hook" },
  merge_requests: {
    flag: "merge_requests_events",
    confidential: "merge_requests_events",
    name: "Merge Request Hook",
  },
  push: { flag: "push_events", confidential: "push_events", name: "Push Hook" },
  tag_push: { flag: "tag_push_events", confidential: "tag_push_events", name: "Tag Push Hook" },
  pipeline: { flag: "pipeline_events", confidential: "pipeline_events", name: "Pipeline Hook" },
};

/** Puts `{{a.b}}` of a template in, as JSON text without the outer quotes. */
function fillTemplate(template: string, payload: Record<string, unknown>): string {
  return template.replace(/\{\{\s*([\w.]+)\s*\}\}/g, (_all, path: string) => {
    const value = path
      .split(".")
      .reduce<unknown>(
        (at, key) => (at !== null && typeof at === "object" ? Reflect.get(at, key) : undefined),
        payload,
      );
    if (typeof value === "string") return JSON.stringify(value).slice(1, -1);
    return value === undefined ? "" : JSON.stringify(value);
  });
}

/** The hook's URL with its variables in place. */
function targetUrl(hook: Hook): string {
  return hook.url.replace(/\{(\w+)\}/g, (all, key: string) => hook.urlVariables[key] ?? all);
}

function countFailure(state: State, hook: Hook): void {
  hook.failures += 1;
  if (hook.failures < FAILURES_TO_DISABLE) return;
  const pause = Math.min(
    FIRST_PAUSE_S * 2 ** (hook.failures - FAILURES_TO_DISABLE),
    LONGEST_PAUSE_S,
  );
  hook.disabledUntil = new Date(state.now().getTime() + pause * 1000).toISOString();
}

/** Sends one payload to one hook and keeps the outcome; never throws. */
export async function deliver(
  state: State,
  hook: Hook,
  eventName: string,
  payload: Record<string, unknown>,
): Promise<number | null> {
  const body =
    hook.template === null ? JSON.stringify(payload) : fillTemplate(hook.template, payload);
  let status: number | null = null;
  let error: string | null = null;
  try {
    const response = await fetch(targetUrl(hook), {
      method: "POST",
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: {
        "content-type": "application/json",
        "user-agent": "GitLab/18.7.0-ee",
        "idempotency-key": randomUUID(),
        "x-gitlab-event": eventName,
        "x-gitlab-webhook-uuid": randomUUID(),
        "x-gitlab-event-uuid": randomUUID(),
        "x-gitlab-instance": state.url,
        ...(hook.token === null ? {} : { "x-gitlab-token": hook.token }),
        ...hook.customHeaders,
      },
      body,
    });
    status = response.status;
    await response.arrayBuffer();
  } catch (cause) {
    error = cause instanceof Error ? cause.message : String(cause);
  }
  hook.deliveries.push({ at: state.stamp(), event: eventName, status, error });
  if (status === null || status >= 400) countFailure(state, hook);
  else {
    hook.failures = 0;
    hook.disabledUntil = null;
  }
  return status;
}

/** Does the hook listen to this event now? */
function listens(state: State, hook: Hook, flag: HookFlag): boolean {
  return hook.flags[flag] && (hook.disabledUntil === null || hook.disabledUntil <= state.stamp());
}

/** Makes `state.hook()` deliver. */
export function installWebhooks(state: State): void {
  state.sendHook = async (
    project: Project,
    event: HookEvent,
    payload: Record<string, unknown>,
    { confidential },
  ) => {
    const { flag, confidential: confidentialFlag, name } = EVENTS[event];
    const wanted = confidential ? confidentialFlag : flag;
    const separate = wanted !== flag;
    const hooks = project.hooks.filter((hook) => listens(state, hook, wanted));
    for (const hook of hooks) {
      await deliver(state, hook, separate ? `Confidential ${name}` : name, payload);
    }
  };
}
