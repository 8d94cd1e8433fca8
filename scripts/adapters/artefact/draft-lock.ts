/** Keeps two runs from writing one artefact: an entry for each run, which counts while its process lives. */
import { mkdir, open, readdir, readFile, rm, rmdir } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, join } from "node:path";

/** Another run writes the same artefact. */
export class TargetBusy extends Error {
  override readonly name = "TargetBusy";
}

/**
 * Entries have their owner's name, so that nobody ever takes away the one of a living run; of two that begin in the same
 * moment each may see the other, and neither begins.
 * @param path of a folder beside the target
 * @returns gives the lock back
 * @throws TargetBusy
 */
export async function lockTarget(path: string): Promise<() => Promise<void>> {
  const own = `${hostname()}:${process.pid}:${(await statusOf(process.pid)).start}`;
  const entry = join(path, own);
  const release = async (): Promise<void> => {
    await rm(entry, { force: true });
    // Another run may have come in the meantime: then the folder is not empty, and its own to take away.
    await rmdir(path).catch(() => undefined);
  };
  await enter(path, entry);
  for (const other of (await readdir(path)).filter((name) => name !== own)) {
    if (await isDead(other)) await rm(join(path, other), { force: true });
    else {
      await release();
      throw busy(path, other);
    }
  }
  return release;
}

async function enter(path: string, entry: string): Promise<void> {
  for (;;) {
    await mkdir(path, { recursive: true, mode: 0o700 });
    try {
      await (await open(entry, "wx", 0o600)).close();
      return;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EEXIST") throw busy(path, basename(entry));
      // The run before took its empty folder away.
      if (code !== "ENOENT") throw error;
    }
  }
}

function busy(path: string, entry: string): TargetBusy {
  const [host, pid] = entry.split(":");
  return new TargetBusy(
    `another run writes the same artefact (process ${pid} on ${host}): wait for it; if it is dead, remove ${path}`,
  );
}

/** Only what is known to be dead is: of a process on another machine nothing is known. */
async function isDead(entry: string): Promise<boolean> {
  const [host, pid = "", started] = entry.split(":");
  if (host !== hostname() || !/^\d+$/.test(pid)) return false;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
  const now = await statusOf(Number(pid));
  // A killed process keeps its number until somebody asks for its end, which nobody does in many containers.
  return now.state === "Z" || now.start !== started;
}

/** The number of a dead process is given to new ones: those started at another time. `unknown` where the system does not tell. */
async function statusOf(pid: number): Promise<{ readonly state: string; readonly start: string }> {
  const status = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // The second field, a name in brackets, may hold spaces; the start is the 22nd.
  const [state = "unknown", ...fields] = status.slice(status.lastIndexOf(")") + 2).split(" ");
  return { state, start: fields[18] ?? "unknown" };
}
