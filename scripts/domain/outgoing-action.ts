// Which texts an action would show to people, and what in them would act.
import { type Acting, type Allowed, actsIn, actsInTitle } from "./outgoing-text.ts";
import type { Action } from "./plan.ts";

/** One sentence for each thing in the action's texts that would act; it names the place, never the text. Empty = may be sent. */
export function outgoingFaults(action: Action, allowed: Allowed): readonly string[] {
  const said = (place: string, found: readonly Acting[]) =>
    found.map(({ line, what }) => `${place}, line ${line}: ${what}`);
  return [
    ...("title" in action ? said("title", actsInTitle(action.title, allowed)) : []),
    ...("description" in action ? said("description", actsIn(action.description, allowed)) : []),
    ...("body" in action ? said("note", actsIn(action.body, allowed)) : []),
  ];
}
