import type { AccountFacts } from "../domain/information-request/facts.ts";
import type { InformationRequest } from "../domain/information-request/request.ts";
import type { Scope } from "../domain/information-request/scope.ts";

/** The system of record for accounts: plan, payment, ownership, and the inventory of ids behind the paths of a request. */
export type Accounts = {
  /** A fact that cannot be read is null; an answer of the wrong shape throws. */
  readonly facts: (request: InformationRequest, author: string) => Promise<AccountFacts>;
  /** The id of the account's namespace at exactly this path; null = it is not there, or cannot be seen. */
  readonly accountId: (path: string) => Promise<number | null>;
  readonly scope: (request: InformationRequest) => Promise<Scope>;
};
