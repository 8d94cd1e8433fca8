// The demo's request, filled into the repository's own issue template as an author would do it.
import { readFile } from "node:fs/promises";

const TEMPLATE = new URL("../../.gitlab/issue_templates/information_request.md", import.meta.url);

const ANSWERS: Readonly<Record<string, string>> = {
  Account: "acme-corp",
  Groups: "acme-corp/payments",
  Projects: "acme-corp/payments/api",
  Users: "acme-jdoe",
  "Event types": "project_access_token_created\ndeploy_key_added\nrepository_git_operation",
  Ticket: "ZD-4711",
};
const TICKS: Readonly<Record<string, string>> = {
  Plan: "Ultimate",
  Deployment: "GitLab.com",
  "Personal data needed": "No",
  Complex: "No",
  "Audit Events checked": "Yes",
  "Exception requested": "No",
  "Customer contact in issue": "No",
};

/** The text of the issue, with this window. */
export async function demoForm(): Promise<(window: { from: string; to: string }) => string> {
  const template = await readFile(TEMPLATE, "utf8");
  return ({ from, to }) => {
    let text = template.replace(/^From:$/m, `From: ${from}`).replace(/^To:$/m, `To: ${to}`);
    for (const [heading, answer] of Object.entries(ANSWERS))
      text = inSection(text, heading, (body) => `${body.trimEnd()}\n${answer}\n\n`);
    for (const [heading, option] of Object.entries(TICKS))
      text = inSection(text, heading, (body) => body.replace(`- [ ] ${option}`, `- [x] ${option}`));
    return text;
  };
}

/** @throws Error when the template has no such heading any more */
function inSection(text: string, heading: string, fill: (body: string) => string): string {
  const start = text.indexOf(`## ${heading}\n`);
  if (start === -1) throw new Error(`the template has no heading ${heading}`);
  const body = start + `## ${heading}\n`.length;
  const next = text.indexOf("\n## ", body);
  const end = next === -1 ? text.length : next + 1;
  return text.slice(0, body) + fill(text.slice(body, end)) + text.slice(end);
}
