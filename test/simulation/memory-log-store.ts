// A log store in memory: a few lines a day of every source, of several accounts, the same for every world.
import type { LogStore, Partition } from "../../scripts/ports/log-store.ts";
import { applicationRow, type Tenant } from "../sandbox/log-archive-rows.ts";

const ACME: Tenant = {
  root: "acme-corp",
  rootId: 12345,
  projects: [
    { id: 9001, path: "acme-corp/payments/api" },
    { id: 9003, path: "acme-corp/payments/web" },
    { id: 9004, path: "acme-corp/vault/keys" },
  ],
  people: [{ id: 501, username: "acme-jdoe", name: "J. Doe" }],
};
const OTHER: Tenant = {
  root: "other-co",
  rootId: 23456,
  projects: [{ id: 9002, path: "other-co/secret" }],
  people: [{ id: 601, username: "otto", name: "Otto Other" }],
};
/** What no request of these worlds may see: nothing of it may be in an artefact. */
export const OUT_OF_SCOPE = ["other-co", "9002", "otto", "acme-corp/vault", "9004"] as const;

const DAY_MS = 86_400_000;

/** The line numbers of a partition are those of its list. */
export function memoryLogStore(): LogStore {
  return {
    plan: async (scope, profiles) => {
      const days = daysOf(scope.window.from, scope.window.to);
      const sources = profiles.map(({ source }) => source);
      return {
        kind: "file",
        query: "lines in memory, by source and day",
        parameters: { sources, days },
        partitions: sources.flatMap((source) => days.map((day) => partitionOf(source, day))),
        missing: new Map(),
      };
    },
    pull: async function* (partition) {
      const lines = linesOf(partition.day);
      for (const [at, text] of lines.entries())
        yield { partition, line: at + 1, bytes: new TextEncoder().encode(text) };
      return { partition, scanned: lines.length, broken: null };
    },
  };
}

const partitionOf = (source: string, day: string): Partition => ({
  source,
  day,
  object: `source=${source}/date=${day}/lines.log`,
  bytes: linesOf(day).join("\n").length,
});

function daysOf(from: string, to: string): readonly string[] {
  const days: string[] = [];
  for (let at = Date.parse(from); at < Date.parse(to); at += DAY_MS)
    days.push(new Date(at).toISOString().slice(0, 10));
  return days;
}

/** Only two days have events; the others are there and empty of them, as most days of an archive are. */
function linesOf(day: string): readonly string[] {
  if (day !== "2026-11-16" && day !== "2026-11-17") return [];
  return [ACME, OTHER].flatMap((tenant) =>
    tenant.projects.flatMap((project) =>
      tenant.people.map((person) =>
        JSON.stringify(
          applicationRow(
            {
              tenant,
              project,
              person,
              address: "198.51.100.7",
              time: `${day}T10:00:00.000Z`,
              correlation: "01JCTEST0000000000000000AA",
            },
            "deploy_key_added",
            "Deploy key added",
          ),
        ),
      ),
    ),
  );
}
