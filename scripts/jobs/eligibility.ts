// Job `eligibility`: puts the verdict on record, with the digests of the request and of the policy that judged it.
import { recordVerdict } from "../domain/information-request/verdict-record.ts";
import type { RequestJob } from "../world.ts";

export const job: RequestJob = {
  kind: "request",
  plan: (seen, world) => recordVerdict(seen, world.digest),
};
