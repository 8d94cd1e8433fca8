import { expect, test } from "vitest";
import { planTriage, waitingIssues } from "../../scripts/domain/security-logging/triage.ts";
import { BOT, issue } from "./information-request/observation.ts";

const NEW = ["☁️ SecLog", "SecLog::Incoming-Requests"];

test.each([
  ["a new issue enters the queue", {}, NEW],
  [
    "one that somebody sorted gets the team label only",
    { labels: ["SecLog::Doing"] },
    ["☁️ SecLog"],
  ],
  ["one that left the queue stays out", { labels: ["☁️ SecLog"] }, null],
  ["one in the queue is left alone", { labels: NEW }, null],
  ["a customer request has its own workflow", { labels: ["information-request"] }, null],
  [
    "also before it has its label",
    { description: "<!-- seclog:form information_request v1 -->\n" },
    null,
  ],
  ["what the bot filed is no request", { author: BOT }, null],
])("%s", (_, more, add) => {
  const plan = planTriage([issue(more)], BOT.id);
  expect(plan).toEqual(add === null ? [] : [{ kind: "change-labels", issue: 42, add, remove: [] }]);
});

test("what waits is listed by age", () => {
  const waiting = waitingIssues(
    [
      issue({ iid: 1, labels: NEW, createdAt: "2026-11-19T09:00:00Z" }),
      issue({ iid: 2, labels: ["☁️ SecLog"] }),
      issue({ iid: 4, labels: NEW, createdAt: "2026-11-10T09:00:00Z" }),
      issue({ iid: 3, labels: NEW, createdAt: "2026-11-10T09:00:00Z" }),
    ],
    "2026-11-20T10:00:00Z",
  );
  expect(waiting).toEqual([
    { issue: 3, days: 10 },
    { issue: 4, days: 10 },
    { issue: 1, days: 1 },
  ]);
});
