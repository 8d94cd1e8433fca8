// `node --import tsx test/redaction/patterns.ts`: every place where a pattern meets the text of a log line, fed with texts made to be slow, of 32 and of 64 KiB.
import { csvRecord } from "../../scripts/domain/information-request/artefact.ts";
import { decodedViews, skeleton } from "../../scripts/domain/information-request/decode-views.ts";
import { claimOfUrlPath } from "../../scripts/domain/information-request/gitlab-url-path.ts";
import {
  inventoryOf,
  judgePath,
  judgeRoot,
} from "../../scripts/domain/information-request/inventory.ts";
import { canonicalAddress } from "../../scripts/domain/information-request/ip-address.ts";
import { canonicalInstant } from "../../scripts/domain/information-request/log-dive-time.ts";
import { findPersonalData } from "../../scripts/domain/information-request/personal-data-detection.ts";
import { redactRow } from "../../scripts/domain/information-request/redaction.ts";
import {
  checkReleasedRow,
  rememberRemoved,
} from "../../scripts/domain/information-request/redaction-gate.ts";
import { emptyLedger } from "../../scripts/domain/information-request/removed-ledger.ts";
import { findSecrets } from "../../scripts/domain/information-request/secret-detection.ts";
import { profileOf, profiles, pseudonym, scope } from "./fixture.ts";
import { PIECES } from "./slow-pieces.ts";

const inventory = inventoryOf(scope);
const all = [...profiles.values()];
const gate = profileOf("api");

/** What meets log text, by the rules' own names. */
const PLACES: Readonly<Record<string, (text: string) => unknown>> = {
  "secret detection": findSecrets,
  "personal data detection": findPersonalData,
  "decode views": decodedViews,
  skeleton,
  "time of a line": canonicalInstant,
  "IP address": canonicalAddress,
  "project in a URL path": (text) => claimOfUrlPath(text, inventory),
  "own path": (text) => judgePath(inventory.projects, text),
  "root namespace": (text) => judgeRoot(inventory, text),
  "every field of every profile": (text) => {
    for (const profile of all) {
      const fields = new Map([...profile.fields.keys()].map((field) => [field, text]));
      redactRow({ fields, ambiguous: new Set(), objects: new Set() }, profile, scope, pseudonym);
    }
  },
  "ledger and gate": (text) => {
    const ledger = emptyLedger();
    rememberRemoved(ledger, [text, `${text}x`, `${text.slice(1)}7000000.5`], scope, gate);
    checkReleasedRow({ log_source: "api", path: text }, ledger, scope, gate);
  },
  "record of rows.csv": (text) => csvRecord({ released: { text } }, ["text"]),
};

const LENGTH = 32 * 1024;
const ROUNDS = 3;
/** Below, in milliseconds of processor time, a ratio says nothing. */
const NOISE = 4;

const longOf = (piece: string, length: number): string =>
  piece.repeat(Math.ceil(length / piece.length)).slice(0, length);

/** The best of the rounds, in milliseconds of processor time. */
function timeOf(place: (text: string) => unknown, piece: string, length: number): number {
  const times = Array.from({ length: ROUNDS }, (_, round) => {
    // A new text each time: nothing that was remembered helps.
    const text = `${longOf(piece, length - 1)}${round}`;
    const before = process.cpuUsage();
    place(text);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  return Math.min(...times);
}

process.stdout.write(
  "| Where | slowest at 64 KiB | most for twice the text |\n| --- | --- | --- |\n",
);
for (const [name, place] of Object.entries(PLACES)) {
  let slowest = { time: 0, piece: "" };
  let steepest = { ratio: 0, piece: "" };
  for (const piece of PIECES) {
    const half = timeOf(place, piece, LENGTH);
    const time = timeOf(place, piece, 2 * LENGTH);
    if (time > slowest.time) slowest = { time, piece };
    if (time > NOISE && time / half > steepest.ratio) steepest = { ratio: time / half, piece };
  }
  const ratio =
    steepest.ratio === 0 ? "–" : `${steepest.ratio.toFixed(1)} (${shown(steepest.piece)})`;
  process.stdout.write(
    `| ${name} | ${slowest.time.toFixed(1)} ms (${shown(slowest.piece)}) | ${ratio} |\n`,
  );
}

function shown(piece: string): string {
  return `\`${JSON.stringify(piece).slice(1, -1)}\``;
}
