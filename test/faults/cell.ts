// One cell of the matrix: one fault (or one death) at one call, then runs without any fault until the end state is the right one.
import { FAULT_CATALOGUE } from "../sandbox/fault-catalogue.ts";
import { readFault } from "../sandbox/faults.ts";
import { Params } from "../sandbox/params.ts";
import { restoreSnapshot } from "../sandbox/snapshot.ts";
import type { CablePlan, Call, Death } from "./cable.ts";
import { differences, projectionOf } from "./projection.ts";
import type { Ran, Rig, Scene } from "./rig.ts";

export type Cell = {
  readonly scene: Scene;
  readonly call: Call;
  /** A fault of the catalogue, or `kill-before`, `kill-in-flight`, `kill-after`. */
  readonly fault: string;
};
export type Outcome = {
  /** Runs without a fault that it took after the faulty one. */
  readonly reruns: number;
  /** What is wrong at the end; empty when the cell holds. */
  readonly wrong: readonly string[];
  /** What the faulty run complained of. */
  readonly complaints: readonly string[];
};

const RERUNS = 3;
/** A client's deadline for the faults in which nobody answers. */
const SHORT_DEADLINE_MS = 400;
const MOMENTS: Readonly<Record<string, Death["moment"]>> = {
  "kill-before": "before",
  "kill-in-flight": "in-flight",
  "kill-after": "after",
};
export const DEATHS: readonly string[] = Object.keys(MOMENTS);

/** `request/accepted/requests#12:502-applied`: the argument of `--only`. */
export const nameOf = ({ scene, call, fault }: Cell): string =>
  `${scene.name}#${scene.calls.indexOf(call) + 1}:${fault}`;

/** Every cell of a scene. A fault that cannot happen to a call makes none. */
export function cellsOf(scene: Scene, faults: readonly string[]): readonly Cell[] {
  return scene.calls.flatMap((call) =>
    faults
      .filter((fault) => FAULT_CATALOGUE[fault]?.to?.(call) ?? true)
      .map((fault) => ({ scene, call, fault })),
  );
}

export async function runCell(rig: Rig, cell: Cell): Promise<Outcome> {
  const { scene, call } = cell;
  const { state } = rig.stage.sandbox;
  const stale = await staleAnswer(rig, cell);
  restoreSnapshot(state, scene.before);
  if (stale !== null) state.firstAnswers.set(stale.key, stale.answer);
  const faulty = await rig.run(scene.job, scene.now, {
    plan: { ...arm(rig, cell), ...deadlineOf(cell) },
  });
  state.faults = [];
  state.firstAnswers.clear();
  const recovery = await recover(rig, scene, faulty.failures.length === 0);
  return {
    reruns: recovery.reruns,
    wrong: [...broken(rig, scene, faulty), ...recovery.wrong],
    complaints: faulty.failures.map((text) => `${call.method} ${call.target}: ${text}`),
  };
}

/** Runs without a fault until one goes well and leaves the right end state. `well`: the run before this did. */
export async function recover(
  rig: Rig,
  scene: Scene,
  well: boolean,
): Promise<Pick<Outcome, "reruns" | "wrong">> {
  const { state } = rig.stage.sandbox;
  const wrong: string[] = [];
  let clean = well && state.held.length === 0;
  let different = differences(scene.end, projectionOf(state));
  let reruns = 0;
  while ((different.length > 0 || !clean) && reruns < RERUNS) {
    reruns += 1;
    const again = await rig.run(scene.job, scene.now, {
      plan: { beforeFirstWrite: () => state.release() },
    });
    // What is still held back comes now; the run after this one must put it right.
    clean = again.failures.length === 0 && state.held.length === 0;
    await state.release();
    wrong.push(...broken(rig, scene, again));
    different = differences(scene.end, projectionOf(state));
    if (reruns === RERUNS && !clean) wrong.push(...again.failures.map((text) => `! ${text}`));
  }
  return { reruns, wrong: [...wrong, ...different] };
}

const deadlineOf = ({ fault }: Cell): Pick<CablePlan, "deadlineMs"> =>
  FAULT_CATALOGUE[fault]?.slow === true ? { deadlineMs: SHORT_DEADLINE_MS } : {};

function arm(rig: Rig, { call, fault }: Cell): CablePlan {
  const moment = MOMENTS[fault];
  if (moment !== undefined) return { death: { call, moment } };
  const to = FAULT_CATALOGUE[fault]?.elsewhere;
  if (to !== undefined) return { detour: { call, to } };
  const { state } = rig.stage.sandbox;
  const params = {
    id: fault,
    match: exactly(call),
    nth: call.nth,
    ...(fault === "late-effect" ? { delay_ms: null } : {}),
  };
  state.faults.push(readFault(state, new Params(params)));
  return {};
}

/** The match of a fault that strikes this call alone. */
export const exactly = ({ method, target }: Call) => ({
  method,
  path: `^${target.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`,
});

/** What must hold in every run, whatever happens. */
function broken(rig: Rig, scene: Scene, ran: Ran): readonly string[] {
  const token = rig.stage.environment["SECLOG_TOKEN"] ?? "";
  const most = 3 * scene.calls.length + 20;
  return [
    ...ran.strays.map((origin) => `! a request went to ${origin}`),
    ...(ran.calls.length > most ? [`! ${ran.calls.length} calls, more than ${most}`] : []),
    ...(ran.failures.some((text) => text.includes(token)) ? ["! the token was printed"] : []),
  ];
}

/** What the call was answered one job earlier, where the fault is a stale read. */
async function staleAnswer(rig: Rig, { scene, call, fault }: Cell) {
  if (fault !== "200-stale") return null;
  const { state, url } = rig.stage.sandbox;
  const token = rig.stage.environment["SECLOG_TOKEN"] ?? "";
  restoreSnapshot(state, scene.earlier);
  const address = `${url}${call.target}`;
  const answer = await state.inner(new Request(address, { headers: { "private-token": token } }));
  // The bytes of a stored file never change: an older answer is the same one.
  if (!/json/.test(answer.headers.get("content-type") ?? "")) return null;
  return {
    key: `${token} ${address}`,
    answer: {
      status: answer.status,
      headers: Object.fromEntries(answer.headers),
      body: await answer.text(),
    },
  };
}
