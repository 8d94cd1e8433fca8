import { expect, test } from "vitest";
import type { CollectedRow } from "../../../scripts/domain/information-request/artefact.ts";
import {
  rowCounter,
  type SummaryInput,
  summaryPage,
  withheldPage,
} from "../../../scripts/domain/information-request/artefact-summary.ts";
import type { SourceCounts } from "../../../scripts/domain/information-request/manifest.ts";

const source = (change: Partial<SourceCounts> = {}): SourceCounts => ({
  source: "audit",
  partitions: 3,
  bytes: 900,
  scanned: 100,
  outside: 90,
  matched: 8,
  released: 7,
  withheld: { secret_in_released_field: 1 },
  quarantined: { not_json: 2 },
  missing: [],
  broken: [],
  ...change,
});
const row = (time: string, event = "git_clone_ssh"): CollectedRow => ({
  source: "audit",
  time,
  released: { log_source: "audit" },
  event,
  sha256: "a".repeat(64),
  object: "o",
  line: 1,
});
type Given = Omit<SummaryInput, "rows"> & { readonly rows: readonly CollectedRow[] };
const page = (change: Partial<Given> = {}): string => {
  const given: Given = {
    requestId: "IR-2026-0042",
    window: { from: "2026-11-16T00:00:00Z", to: "2026-11-18T00:00:00Z" },
    complete: true,
    sources: [source()],
    rows: [
      row("2026-11-16T12:00:00.000000000Z", "deploy_key_added"),
      row("2026-11-16T12:59:59.999999999Z", "deploy_key_added"),
      row("2026-11-17T01:00:00.000000000Z"),
    ],
    ...change,
  };
  const counter = rowCounter();
  for (const one of given.rows) counter.add(one);
  return summaryPage({ ...given, rows: counter.counts() }).text;
};

test("says what was found, in counts", () => {
  expect(page()).toMatchInlineSnapshot(`
    "# Log-dive \`IR-2026-0042\`

    Window: \`2026-11-16T00:00:00Z\` to \`2026-11-18T00:00:00Z\` (end not included). Rows: 3.

    Complete: every day of the window was there and every file was read to its end.

    ## Sources

    | Source | Lines read | Outside the scope | Matched | Released | Withheld | Quarantined |
    | --- | --- | --- | --- | --- | --- | --- |
    | \`audit\` | 100 | 90 | 8 | 7 | 1 | 2 |

    ## Withheld rows by reason

    | Source | Reason | Count |
    | --- | --- | --- |
    | \`audit\` | \`secret_in_released_field\` | 1 |

    ## Quarantined lines by reason

    | Source | Reason | Count |
    | --- | --- | --- |
    | \`audit\` | \`not_json\` | 2 |

    ## Events

    | Event | Rows |
    | --- | --- |
    | \`deploy_key_added\` | 2 |
    | \`git_clone_ssh\` | 1 |

    ## Rows by hour (UTC)

    | Hour | Rows |
    | --- | --- |
    | 2026-11-16 12:00 | 2 |
    | 2026-11-17 01:00 | 1 |
    "
  `);
});

test("says why a dive is incomplete, once for each day and reason, without the names of files", () => {
  const broken = [
    { object: "source=audit/secret-1.gz", reason: "the gzip data are corrupt" },
    { object: "source=audit/secret-2.gz", reason: "the gzip data are corrupt" },
  ];
  const text = page({ complete: false, sources: [source({ missing: ["2026-11-17"], broken })] });
  expect(text).toContain("**Incomplete**");
  expect(text).toContain("no file for 2026-11-17");
  expect(text).toContain("2 × ");
  expect(text).not.toContain("secret-");
});

test("counts rows by day where they fall on more than three days", () => {
  const rows = ["16", "17", "18", "19", "19"].map((day) =>
    row(`2026-11-${day}T00:00:00.000000000Z`),
  );
  expect(page({ rows })).toContain("| 2026-11-19 | 2 |");
});

test("leaves out what there is none of", () => {
  const text = page({ rows: [], sources: [source({ withheld: {}, quarantined: {} })] });
  expect(text).not.toMatch(/by reason|by hour|by day|Events/);
});

test("lets nothing of a row act in the page", () => {
  const text = page({ rows: [row("2026-11-16T12:00:00.000000000Z", "x`|@all\n/close")] });
  expect(text).not.toMatch(/^\/close/m);
  expect(text.split("\n").filter((line) => line.includes("all"))).toHaveLength(1);
});

test("counts what was left out, never the values", () => {
  const field = {
    source: "audit",
    field: "ip",
    kept: 1,
    pseudonymised: 0,
    removed: 0,
    reasons: {},
  };
  expect(
    JSON.parse(
      withheldPage(
        [source()],
        [field, { ...field, field: "name", removed: 2, reasons: { PERSONAL: 2 } }],
      ).text,
    ),
  ).toEqual({
    sources: [
      {
        source: "audit",
        outside: 90,
        withheld: { secret_in_released_field: 1 },
        quarantined: { not_json: 2 },
      },
    ],
    fields: [
      { source: "audit", field: "name", pseudonymised: 0, removed: 2, reasons: { PERSONAL: 2 } },
    ],
  });
});

test("shows reviewers the values that leave", () => {
  const one = row("2026-11-16T12:00:00.000000000Z");
  const shown = page({ rows: [{ ...one, released: { log_source: "audit", severity: "INFO" } }] });
  expect(shown).toMatch(
    /\n## Values that leave\n\n.*\n\n\| Source \| Field \| Different \| Values \|\n.*\n\| `audit` \| `severity` \| 1 \| `INFO` 1 \|\n$/,
  );
});
