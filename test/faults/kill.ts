// kill -9 for real: the job runs in a process of its own, which is killed while GitLab holds one of its calls.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { readFault } from "../sandbox/faults.ts";
import { Params } from "../sandbox/params.ts";
import { restoreSnapshot } from "../sandbox/snapshot.ts";
import type { Cell } from "./cell.ts";
import { exactly } from "./cell.ts";
import type { Rig } from "./rig.ts";

const CHILD = fileURLToPath(new URL("child.ts", import.meta.url));
const HELD_MS = 600_000;

/** Kills the process of the cell's job at its call: before GitLab acts on it, or after. `true` when it was alive then. */
export async function killAt(rig: Rig, { scene, call, fault }: Cell): Promise<boolean> {
  const { state } = rig.stage.sandbox;
  restoreSnapshot(state, scene.before);
  const when = fault === "kill-before" ? "before" : "after";
  const held = readFault(
    state,
    new Params({ match: exactly(call), nth: call.nth, kind: "timeout", when, delay_ms: HELD_MS }),
  );
  state.faults.push(held);
  const { environment } = rig.stage;
  const argument = JSON.stringify({ env: environment, job: scene.job, now: scene.now });
  const child = spawn(process.execPath, ["--import", "tsx", CHILD, argument], { stdio: "ignore" });
  const ended = once(child, "exit");
  while (held.hits === 0 && child.exitCode === null) await sleep(5);
  // A held effect comes first: the fault's own code has the event loop before this line.
  if (when === "after") await sleep(50);
  const alive = child.exitCode === null;
  child.kill("SIGKILL");
  await ended;
  state.faults = [];
  return alive;
}
