import { expect, test } from "vitest";
import { planTriage, waitingIssues } from "../../scripts/domain/security-logging/triage.ts";
import { BOT, issue } from "./information-request/observation.ts";

const NEW = ["SecLog::Incoming-Requests", "☁️ SecLog"];

test.each<[string, object, readonly string[]]>([
  ["a new issue enters the queue", {}, NEW],
  [
    "one that somebody sorted gets the team label only",
    { labels: ["SecLog::Doing"] },
    ["☁️ SecLog"],
  ],
  ["one that left the queue stays out", { labels: ["☁️ SecLog"] }, []],
  ["one in the queue is left alone", { labels: NEW }, []],
  ["a customer request has its own workflow", { labels: ["information-request"] }, []],
  [
    "also before it has its label",
    { description: "<!-- seclog:form information_request v1 -->\n" },
    [],
  ],
  ["what the bot filed is no request", { author: BOT }, []],
])("%s", (_, more, add) => {
  const plan = planTriage([issue(more)], BOT.id);
  expect(plan).toEqual(
    add.map((label) => ({ kind: "change-labels", issue: 42, add: [label], remove: [] })),
  );
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
