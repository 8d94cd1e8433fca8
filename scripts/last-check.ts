// The check right before a call: a text in which something would act is not sent, whoever planned it.
import { outgoingFaults } from "./domain/outgoing-action.ts";
import type { Allowed } from "./domain/outgoing-text.ts";
import { describeAction } from "./domain/plan.ts";
import type { ForgeWriter } from "./ports/forge.ts";

const SHOWN = 5;

/** The writer, behind the check. A refused text is a failed action; the error names places, never a word of the text. */
export function checkedWriter(writer: ForgeWriter, allowed: Allowed): ForgeWriter {
  return {
    perform: async (action) => {
      const faults = outgoingFaults(action, allowed);
      if (faults.length === 0) return writer.perform(action);
      const more = faults.length > SHOWN ? `; and ${faults.length - SHOWN} more` : "";
      const error = `${describeAction(action)}: not sent, because something in it would act in GitLab (${faults.slice(0, SHOWN).join("; ")}${more}). Mend the template or the text helper.`;
      return { ok: false, action, error };
    },
  };
}
