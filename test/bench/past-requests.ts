// Past requests for measuring: thousands that differ as real ones do, the same on every run.
import type { DecisionInput } from "../../scripts/domain/information-request/situation.ts";

const HOUR = 3_600_000;
/** 2026-11-20T15:00:00Z */
const LAST = 1_795_186_800_000;
const time = (milliseconds: number): string => new Date(milliseconds).toISOString();

/** Numbers from 0 to 1 in a fixed order (Lehmer's generator: modulus 2^31 − 1, multiplier 48271). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** What decides about the Support lane, drawn before the request is made: an oracle may judge by this alone. */
export type Drawn = {
  readonly name: string;
  readonly filed: string;
  readonly from: string;
  /** Everything but the window speaks for the Support lane, and the request is eligible. */
  readonly plain: boolean;
};
export type PastInput = { readonly drawn: Drawn; readonly input: DecisionInput };

/** `count` requests filed over a year; windows begin up to 45 days before the filing. */
export function pastInputs(count: number): readonly PastInput[] {
  const next = numbers(20_261_120);
  const chance = (share: number): boolean => next() < share;
  return Array.from({ length: count }, (_, at): PastInput => {
    const filed = LAST - Math.floor(next() * 365 * 24) * HOUR;
    const from = filed - (1 + Math.floor(next() * 45 * 24)) * HOUR;
    const to = from + Math.ceil((next() * (filed - from)) / HOUR) * HOUR;
    const [complex, personal, users, free, unpaid] = [0.1, 0.15, 0.2, 0.05, 0.03].map(chance);
    const [unreadable, whole, gitaly] = [0.02, 0.05, 0.1].map(chance);
    const name = `IR-${time(filed).slice(0, 4)}-${String(at + 1).padStart(5, "0")}`;
    const flaws = [complex, personal, users, free, unpaid, unreadable, whole, gitaly];
    return {
      drawn: { name, filed: time(filed), from: time(from), plain: !flaws.includes(true) },
      input: {
        now: time(filed + Math.floor(next() * 48) * HOUR),
        request: {
          apiVersion: "v1",
          kind: "information_request",
          id: name,
          issue: at + 1,
          account: { path: "s1", id: 1 },
          window: { from: time(from), to: time(to) },
          resources: {
            groups: whole === true ? ["s1"] : ["s1/s2"],
            projects: ["s1/s2/s3"],
            users: users === true ? ["user-1"] : [],
          },
          event_types: ["deploy_key_added", "project_access_token_created"],
          log_sources: gitaly === true ? ["application", "gitaly"] : ["application"],
          personal_data_needed: personal === true,
          complex: complex === true,
        },
        facts: {
          namespace_exists: true,
          canonical_path: "s1",
          plan: unreadable === true ? null : free === true ? "free" : "ultimate",
          trial: false,
          paying: unpaid !== true,
          support_plan: "standard",
          deployment: "gitlab.com",
          requester_owns_account: true,
          resources_owned: "all",
          author_is_team_member: true,
        },
        issue: {
          confidential: true,
          author_role: "support",
          participants: [{ username: "reader-1", team_member: true }],
          state: "opened",
          created_at: time(filed),
        },
        claims: { plan: "ultimate", deployment: "gitlab.com" },
      },
    };
  });
}
