// One gate before all calls of a run: a few at a time, and none while GitLab asked for a pause.

export type Clock = {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Ends early, without an error, when the signal fires. */
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
};

export type RateGate = {
  /** Runs a call when a place is free and no pause is on. Throws GateClosed while the server wants longer quiet than the run can give. */
  readonly through: <T>(signal: AbortSignal, call: () => Promise<T>) => Promise<T>;
  /** Holds back every further call; when the run has waited its fill already, none goes through until that time. */
  readonly pause: (milliseconds: number) => void;
  /** `paused`: a call waits before it goes through; `closed`: none goes through, however long it waits. */
  readonly state: () => "open" | "paused" | "closed";
};

/** The call was not made: the server wants quiet for longer than the run may wait. */
export class GateClosed extends Error {
  override readonly name = "GateClosed";
}

/** @param width calls at a time. @param patience milliseconds of pause a run may spend in all. */
export function createRateGate(width: number, patience: number, clock: Clock): RateGate {
  let free = width;
  let left = patience;
  let pausedUntil = 0;
  let closedUntil = 0;
  const queue: (() => void)[] = [];

  const enter = async (): Promise<void> => {
    if (free > 0) {
      free -= 1;
      return;
    }
    await new Promise<void>((resolve) => queue.push(resolve));
  };
  const leave = (): void => {
    const next = queue.shift();
    if (next === undefined) free += 1;
    else next();
  };
  return {
    pause: (milliseconds) => {
      const until = clock.now() + milliseconds;
      const added = until - Math.max(pausedUntil, clock.now());
      if (added > left) {
        closedUntil = Math.max(closedUntil, until);
      } else if (added > 0) {
        left -= added;
        pausedUntil = until;
      }
    },
    state: () => {
      const now = clock.now();
      return now < closedUntil ? "closed" : now < pausedUntil ? "paused" : "open";
    },
    through: async (signal, call) => {
      await enter();
      try {
        const rest = pausedUntil - clock.now();
        if (rest > 0) await clock.wait(rest, signal);
        if (clock.now() < closedUntil) throw new GateClosed();
        return await call();
      } finally {
        leave();
      }
    },
  };
}
