/** Starts a real OpenSearch of two nodes, where `test/opensearch/install` has put one. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const FOLDER = new URL("../../.seclog/opensearch", import.meta.url).pathname;

/** Why there is none; null = it can be started. */
export const WHY_NOT: string | null = existsSync(join(FOLDER, "classes", "TestCluster.class"))
  ? null
  : "OpenSearch is not installed: run test/opensearch/install (needs Java 17 or newer and Maven)";

export type Cluster = {
  /** URL of the first node. */
  readonly url: string;
  /** @param node from 0 */
  readonly stop: (node: number) => Promise<void>;
  readonly end: () => Promise<void>;
};

export async function startCluster(nodes: number): Promise<Cluster> {
  const data = await mkdtemp(join(tmpdir(), "opensearch-"));
  const classes = `${join(FOLDER, "classes")}:${join(FOLDER, "lib", "*")}`;
  const java = spawn(
    "java",
    ["-Xms256m", "-Xmx448m", "-cp", classes, "TestCluster", data, String(nodes)],
    { stdio: ["pipe", "ignore", "ignore"], cwd: data },
  );
  const said = async (name: string): Promise<string> => {
    for (;;) {
      const text = await readFile(join(data, name), "utf8").catch(() => null);
      if (text !== null) return text;
      if (java.exitCode !== null) throw new Error(`OpenSearch ended before it was ${name}`);
      await sleep(200);
    }
  };
  const [port] = (await said("ready")).split(" ");
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async (node) => {
      java.stdin.write(`stop ${node}\n`);
      await said("stopped");
    },
    end: () => endOf(java),
  };
}

async function endOf(java: ChildProcess): Promise<void> {
  if (java.exitCode !== null) return;
  const ended = once(java, "exit");
  java.kill("SIGKILL");
  await ended;
}
