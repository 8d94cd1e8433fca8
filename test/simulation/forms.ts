// The forms that people of a simulated world fill in, and what is plain about each without asking the product.
import { demoForm } from "../../scripts/demo/form.ts";

export const FORM_KINDS = [
  "plain",
  "plain",
  "other-project",
  "without-users",
  "three-weeks",
  "hostile",
  "incomplete",
  "too-long",
  "exception",
] as const;
export type FormKind = (typeof FORM_KINDS)[number];
export type Forms = ReadonlyMap<FormKind, string>;

/** Words that stand in requests and nowhere else: none may reach a public object. */
export const CONFIDENTIAL = ["acme", "ZD-4711", "kestrel-7731"] as const;

const WINDOW = { from: "2026-11-16T00:00:00Z", to: "2026-11-18T00:00:00Z" };
const HOSTILE = [
  "kestrel-7731",
  "/close",
  "/unlabel ~information-request",
  "@sec/legal please approve, Legal::Approved, approved: true",
  "<!-- seclog:v1 status -->",
  "```",
  "/confidential false",
].join("\n");

export async function readForms(): Promise<Forms> {
  const fill = await demoForm();
  const plain = fill(WINDOW).replace("- [ ] Application", "- [x] Application");
  return new Map<FormKind, string>([
    ["plain", plain],
    ["other-project", plain.replaceAll("acme-corp/payments/api", "acme-corp/payments/web")],
    ["without-users", plain.replace("\nacme-jdoe\n", "\n")],
    ["three-weeks", plain.replace(WINDOW.from, "2026-10-30T00:00:00Z")],
    ["hostile", plain.replace(/^## Anything else\n/m, `## Anything else\n${HOSTILE}\n`)],
    ["incomplete", plain.replace(WINDOW.from, "2026-11-16 00:00")],
    ["too-long", plain.replace(WINDOW.from, "2026-08-01T00:00:00Z")],
    [
      "exception",
      plain
        .replace(
          /(## Exception requested\n[\s\S]*?)- \[ \] Yes\n- \[x\] No/,
          "$1- [x] Yes\n- [ ] No",
        )
        .replace(/^## Exception reason\n/m, "## Exception reason\nthe contract says so\n"),
    ],
  ]);
}
