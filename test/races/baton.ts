// Two runs and one baton: only the run that holds it gets its calls answered, so that every interleaving can be chosen and played again.

/** A hands the baton over after so many calls, and B gives it back after so many; null = keeps it to its end. */
export type Schedule = { readonly first: number; readonly second: number | null };
type Name = "first" | "second";
type Carry = (url: string, init: RequestInit) => Promise<Response>;

export type Baton = {
  /** What carries the calls of a run: one after the other, while the run holds the baton. */
  readonly carrierOf: (name: Name) => Carry;
  /** To be called when the run is over; the other goes on. */
  readonly over: (name: Name) => void;
  /** Calls answered so far, in their order. */
  readonly calls: readonly { readonly by: Name; readonly method: string }[];
};

const other = (name: Name): Name => (name === "first" ? "second" : "first");

/** The first run begins. A run hands over once, by the schedule, and at its end. */
export function createBaton(schedule: Schedule): Baton {
  const calls: { by: Name; method: string }[] = [];
  const answered = { first: 0, second: 0 };
  const ended = { first: false, second: false };
  const waiting: { by: Name; go: () => void }[] = [];
  let holder: Name = "first";
  let busy = false;

  const wake = (): void => {
    if (busy) return;
    const at = waiting.findIndex(({ by }) => by === holder);
    if (at < 0) return;
    busy = true;
    waiting.splice(at, 1)[0]?.go();
  };
  const pass = (to: Name): void => {
    if (!ended[to]) holder = to;
  };
  return {
    calls,
    carrierOf: (name) => async (url, init) => {
      await new Promise<void>((go) => {
        waiting.push({ by: name, go });
        wake();
      });
      try {
        const answer = await fetch(url, init);
        // The whole answer, so that nothing of this call is left to happen later.
        const bytes = await answer.arrayBuffer();
        const body = [204, 304].includes(answer.status) ? null : bytes;
        return new Response(body, { status: answer.status, headers: answer.headers });
      } finally {
        calls.push({ by: name, method: init.method ?? "GET" });
        answered[name] += 1;
        busy = false;
        if (answered[name] === schedule[name]) pass(other(name));
        wake();
      }
    },
    over: (name) => {
      ended[name] = true;
      pass(other(name));
      wake();
    },
  };
}
