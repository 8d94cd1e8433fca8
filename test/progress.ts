// How far a long run has come: kept current in a terminal, elsewhere a line now and then.

const EVERY_MS = { terminal: 200, elsewhere: 10_000 } as const;

export type Progress = {
  /** @param more what else there is to say, at most a few words */
  readonly at: (done: number, more: string) => void;
  /** Prints a line of its own; what is kept current stays below it. */
  readonly say: (text: string) => void;
};

/** @param what the things counted, `seeds` */
export function createProgress(total: number, what: string): Progress {
  const { stdout } = process;
  const terminal = stdout.isTTY === true;
  const every = terminal ? EVERY_MS.terminal : EVERY_MS.elsewhere;
  const clear = terminal ? "\r\u001b[K" : "";
  let next = performance.now() + every;
  return {
    at: (done, more) => {
      if (performance.now() < next) return;
      next = performance.now() + every;
      const line = `${done} of ${total} ${what}, ${more}`;
      stdout.write(terminal ? `${clear}${line}` : `${line}\n`);
    },
    say: (text) => stdout.write(`${clear}${text}\n`),
  };
}
