// Which people fill which roles: distinct people, one role each, found by matching.

/** A role that needs `required` people, and the ids of those who could fill it. */
export type RoleDemand = {
  readonly role: string;
  readonly required: number;
  readonly candidates: readonly number[];
};

/**
 * Fills as many places as possible so that nobody fills two (Kuhn's augmenting paths; earlier roles are served first).
 * GitLab's own rules let one person count for each group they are in.
 * @returns role → the user ids that fill it, at most `required` of them
 */
export function matchPeople(
  demands: readonly RoleDemand[],
): ReadonlyMap<string, readonly number[]> {
  const holder = new Map<number, Place>();
  const fill = (place: Place, tried: Set<number>): boolean =>
    place.demand.candidates.some((person) => {
      if (tried.has(person)) return false;
      tried.add(person);
      const held = holder.get(person);
      if (held !== undefined && !fill(held, tried)) return false;
      holder.set(person, place);
      return true;
    });
  for (const demand of demands)
    for (let place = 0; place < demand.required; place += 1) fill({ demand }, new Set());
  return new Map(
    demands.map((demand) => [
      demand.role,
      [...holder].filter(([, place]) => place.demand === demand).map(([person]) => person),
    ]),
  );
}

/** One of the places of a role. */
type Place = { readonly demand: RoleDemand };
