// What is true of a history, told without the gate: is there one valid person of Legal and another of Security?
import { EXPIRES, type Given, type History, type Human, SETTLE, type Team } from "./history.ts";

/** Whether the artefact may go, by the sentences of the process. */
export function mayBeReleased(history: History): boolean {
  const inOrder =
    history.artefact === history.headDigest &&
    history.complete &&
    (history.state === "opened" ||
      (history.state === "merged" && history.mergedBy?.bot === true)) &&
    !history.draft &&
    history.protectedTarget &&
    !history.extraFile;
  return inOrder && twoPeople(history);
}

/** One person for Legal, another for Security, whatever else they could be. */
function twoPeople(history: History): boolean {
  const legal = history.approvals.filter((given) => speaksFor(given, "legal", history));
  const security = history.approvals.filter((given) => speaksFor(given, "security", history));
  return legal.some((one) => security.some((other) => other.human !== one.human));
}

function speaksFor(given: Given, team: Team, history: History): boolean {
  const { human, at } = given;
  const membership = human.teams.get(team);
  const today = new Date(history.now).toISOString().slice(0, 10);
  return (
    membership !== undefined &&
    !membership.inherited &&
    (membership.ends === null || today < membership.ends) &&
    (membership.since === null || membership.since <= at) &&
    human.state === "active" &&
    !human.bot &&
    !hasPart(human, history) &&
    given.head === history.head &&
    at >= history.toldPushAt + SETTLE &&
    at <= history.now &&
    history.now - at <= EXPIRES &&
    !history.revoked.some((one) => one.human === human && one.at >= at)
  );
}

const hasPart = (human: Human, { requester, diver, committers, former }: History): boolean =>
  human === requester || human === diver || committers.has(human) || former.has(human);
