/** Free text: by registered template or known words only (R7); everything else becomes a fixed phrase. */
import { literalPattern } from "../literal-pattern.ts";
import type { RedactionPolicy } from "../log-profile.ts";
import { canonicalAddress, isInternalAddress } from "./ip-address.ts";
import type { FieldContext } from "./redaction-result.ts";

export const TEXT_REMOVED = "[text removed]";
/** What stands for one or more unknown words. */
const WORDS_REMOVED = "[removed]";

type Slot = "user" | "address" | "email" | "name" | "project" | "group" | "project_id" | "word";
type Template = {
  readonly pattern: RegExp;
  readonly parts: readonly string[];
  readonly slots: readonly Slot[];
};

const SLOT_PATTERNS: Readonly<Record<Slot, string>> = {
  user: "([A-Za-z0-9_.-]{1,255})",
  address: "([0-9A-Fa-f:.]{2,45})",
  email: '([^\\s()<>"]{1,255})',
  name: '([^"\\n]{1,255})',
  project: "([A-Za-z0-9_./-]{1,1024})",
  group: "([A-Za-z0-9_./-]{1,1024})",
  project_id: "([0-9]{1,16})",
  word: "([A-Za-z]{1,30})",
};

type Compiled = { readonly words: ReadonlySet<string>; readonly templates: readonly Template[] };
const compiledPolicies = new WeakMap<RedactionPolicy, Compiled>();

function compile(policy: RedactionPolicy): Compiled {
  const known = compiledPolicies.get(policy);
  if (known !== undefined) return known;
  const compiled = {
    words: new Set(policy.words),
    templates: policy.templates.map(({ text }) => compileTemplate(text)),
  };
  compiledPolicies.set(policy, compiled);
  return compiled;
}

/** @throws Error when the template names an unknown slot. */
function compileTemplate(text: string): Template {
  const pieces = text.split(/\{([a-z_]+)\}/);
  const parts = pieces.filter((_, index) => index % 2 === 0);
  const slots = pieces.filter((_, index) => index % 2 === 1).map(slotOf);
  const source = parts
    .map((part, index) => {
      const slot = slots[index];
      return literalPattern(part) + (slot === undefined ? "" : SLOT_PATTERNS[slot]);
    })
    .join("");
  return { pattern: new RegExp(`^${source}$`), parts, slots };
}

function slotOf(name: string): Slot {
  if (!Object.hasOwn(SLOT_PATTERNS, name)) throw new Error(`redaction template: no slot {${name}}`);
  return name as Slot;
}

/** The text of the first template that fits, with each slot by the rule of its kind; null when none fits. */
export function fillTemplate(text: string, context: FieldContext): string | null {
  for (const { pattern, parts, slots } of compile(context.profile.redaction).templates) {
    const match = pattern.exec(text);
    if (match !== null) {
      const shown = slots.map((slot, index) => fillSlot(slot, match[index + 1] as string, context));
      return parts.map((part, index) => part + (shown[index] ?? "")).join("");
    }
  }
  return null;
}

function fillSlot(slot: Slot, value: string, context: FieldContext): string {
  const { inventory, pseudonym, profile } = context;
  switch (slot) {
    case "user":
      return pseudonym("user", value.normalize("NFKC").toLowerCase());
    case "address":
      return fillAddress(value, context);
    case "email":
      return "[e-mail]";
    case "name":
      return "[name]";
    case "project":
      return inventory.projects.byPath.has(value) ? value : "[project]";
    case "group":
      return inventory.namespaces.byPath.has(value) ? value : "[group]";
    case "project_id":
      return inventory.projects.byId.has(value) ? value : "[project]";
    case "word":
      return compile(profile.redaction).words.has(value.toLowerCase())
        ? value.toLowerCase()
        : WORDS_REMOVED;
  }
}

function fillAddress(value: string, { pseudonym }: FieldContext): string {
  const address = canonicalAddress(value);
  if (address === null || isInternalAddress(address)) return "[address]";
  return pseudonym("ip", address);
}

/** The words of the text that are in the vocabulary, in lower case, and own paths; runs of anything else become one `[removed]`. */
export function keepKnownWords(text: string, { profile, inventory }: FieldContext): string {
  const { words } = compile(profile.redaction);
  const { projects, namespaces } = inventory;
  const shown: string[] = [];
  for (const token of text.split(/\s+/u).filter((part) => part !== "")) {
    const word = token.toLowerCase();
    if (words.has(word)) shown.push(word);
    else if (projects.byPath.has(token) || namespaces.byPath.has(token)) shown.push(token);
    else if (shown.at(-1) !== WORDS_REMOVED) shown.push(WORDS_REMOVED);
  }
  return shown.some((word) => word !== WORDS_REMOVED) ? shown.join(" ") : TEXT_REMOVED;
}
