import type { Finding } from "../finding.ts";

/** Who works on an accepted request, or who has to be asked first. */
type Route = "support" | "sirt" | "legal";

/** The answer to one information request, as `check --json` prints it. */
export type Verdict = {
  readonly verdict: "accept" | "needs-info" | "reject";
  readonly route: Route | null;
  /** All rules that ran, the failed ones first, most important first. */
  readonly findings: readonly Finding[];
  /** The policy that judged: `version` is the date from which its limits hold, `sha256` the digest of its canonical form. */
  readonly policy: { readonly version: string; readonly sha256: string };
};
