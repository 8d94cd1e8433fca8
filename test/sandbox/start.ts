/** Starts the sandbox GitLab: a real HTTP server over a seeded world. */
import { mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { createAdaptorServer } from "@hono/node-server";
import { createApp } from "./app.ts";
import { applySeed, DEFAULT_SEED, readSeed, type Seed, type SeededUser } from "./seed.ts";
import { type PipelineListener, State } from "./state.ts";
import { installWebhooks } from "./webhooks.ts";

/** How long `close()` waits for deliveries and pipelines that still run. */
const CLOSE_WAIT_MS = 5_000;

export interface SandboxOptions {
  /** 0 or none: any free port. */
  readonly port?: number;
  /** JSON of the shape `Seed`. */
  readonly seedFile?: string;
  /** A seed as a value; wins over `seedFile`. */
  readonly seed?: Seed;
  /** The moment the sandbox's clock stands at, ISO 8601; none: the real time. */
  readonly clock?: string;
  /** Called for every new pipeline: a test or the demo may really run it. */
  readonly onPipeline?: PipelineListener;
}

/** A running sandbox. */
export interface Sandbox {
  /** Root URL without trailing slash. */
  readonly url: string;
  readonly state: State;
  readonly projects: readonly { readonly path: string; readonly id: number }[];
  readonly users: readonly SeededUser[];
  /** Stops the server and removes the repositories. */
  readonly close: () => Promise<void>;
}

/** @throws Error when the port is taken or the seed does not fit together */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const seed =
    options.seed ??
    (options.seedFile === undefined ? DEFAULT_SEED : await readSeed(options.seedFile));
  const state = new State();
  const ending = new AbortController();
  state.closing = ending.signal;
  state.onPipeline = options.onPipeline ?? null;
  installWebhooks(state);
  const workRoot = await mkdtemp(join(tmpdir(), "sandbox-gitlab-"));
  const server = createAdaptorServer({ fetch: createApp(state).fetch });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  state.url = `http://127.0.0.1:${port}`;
  let users: SeededUser[] = [];
  state.reseed = async () => {
    const tokens = new Map(users.map((one) => [one.username, one.token]));
    state.clear();
    state.setClock(options.clock ?? null);
    state.workDir = await mkdtemp(join(workRoot, "world-"));
    // A reset keeps the tokens that clients already hold.
    const kept = seed.users.map((one) => {
      const token = one.token ?? tokens.get(one.username);
      return token === undefined ? one : { ...one, token };
    });
    users = applySeed(state, { ...seed, users: kept });
  };
  await state.reseed();
  return {
    url: state.url,
    state,
    get projects() {
      return [...state.projects.values()].map((one) => ({ path: one.fullPath, id: one.id }));
    },
    get users() {
      return users;
    },
    close: async () => {
      ending.abort();
      await Promise.race([state.settled(), delay(CLOSE_WAIT_MS, undefined, { ref: false })]);
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        if ("closeAllConnections" in server) server.closeAllConnections();
      });
      await rm(workRoot, { recursive: true, force: true });
    },
  };
}

/** What the `sandbox` command prints when it is ready. */
export interface SandboxDescription {
  readonly url: string;
  readonly projects: readonly { readonly path: string; readonly id: number }[];
  readonly users: readonly SeededUser[];
}

/** URL, projects and users with their tokens; one of the users has the role `admin`. */
export function describeSandbox(sandbox: Sandbox): SandboxDescription {
  return { url: sandbox.url, projects: sandbox.projects, users: sandbox.users };
}
