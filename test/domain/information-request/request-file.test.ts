import fc from "fast-check";
import { expect, test } from "vitest";
import { readYaml } from "../../../scripts/adapters/yaml-file.ts";
import { InformationRequest } from "../../../scripts/domain/information-request/request.ts";
import {
  formatRequest,
  manifestPath,
  requestBranch,
  requestIdOf,
  requestPath,
} from "../../../scripts/domain/information-request/request-file.ts";

const REQUEST: InformationRequest = {
  apiVersion: "v1",
  kind: "information_request",
  id: "IR-2026-0042",
  issue: 42,
  account: { path: "acme-corp", id: 12345 },
  window: { from: "2026-11-16T00:00:00Z", to: "2026-11-18T00:00:00Z" },
  resources: { groups: [], projects: ["acme-corp/payments/api"], users: ["null", "acme-jdoe"] },
  event_types: ["deploy_key_added"],
};
const read = (text: string) =>
  readYaml(new TextEncoder().encode(text), "request.yaml", InformationRequest);

test("a request has one id, one branch and two files", () => {
  expect(requestIdOf({ iid: 42, createdAt: "2026-11-20T09:00:00Z" })).toBe("IR-2026-0042");
  expect(requestBranch("IR-2026-0042")).toBe("request/IR-2026-0042");
  expect(requestPath("IR-2026-0042")).toBe("requests/information-request/2026/IR-2026-0042.yaml");
  expect(manifestPath("IR-2026-0042")).toBe(
    "requests/information-request/2026/IR-2026-0042.manifest.json",
  );
});

test("the file of a request is short and reads back as the same request", () => {
  const text = formatRequest(REQUEST);
  expect(text).toBe(`# yaml-language-server: $schema=../../../docs/schemas/information_request.json
apiVersion: v1
kind: information_request
id: IR-2026-0042
issue: 42
account: { path: acme-corp, id: 12345 }
window: { from: "2026-11-16T00:00:00Z", to: "2026-11-18T00:00:00Z" }
resources:
  groups: []
  projects: [acme-corp/payments/api]
  users: ["null", acme-jdoe]
event_types: [deploy_key_added]
`);
  expect(read(text)).toMatchObject({ ok: true, value: REQUEST });
});

test("every text that a person may write comes back to the letter", () => {
  const texts = fc.string({ unit: "grapheme", maxLength: 60 });
  fc.assert(
    fc.property(texts, texts, fc.boolean(), (note, reason, flag) => {
      const request = {
        ...REQUEST,
        log_sources: ["audit" as const],
        ticket: note,
        personal_data_needed: flag,
        complex: !flag,
        exception_requested: { reason },
        audit_events_checked: flag,
        self_serve_insufficient: reason === "" ? "-" : reason,
        cost_accepted: flag,
        lane: flag ? ("rows" as const) : ("aggregate" as const),
        note,
      };
      const result = read(formatRequest(request));
      // What the strict loader refuses by principle (control and bidi characters) never reaches the formatter.
      if (result.ok) expect(result.value).toEqual(request);
      else
        expect(
          result.errors.every(({ message }) => /character|surrogate|empty/i.test(message)),
        ).toBe(true);
    }),
  );
});
