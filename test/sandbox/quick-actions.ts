/** Finds quick actions in a text under GitLab's extraction rules: top-level paragraphs only, column 0, any case. */
import { parseBlocks } from "./markdown-blocks.ts";

/** A command as GitLab reads it: its name in lower case, its argument if there is one. */
export interface QuickAction {
  readonly name: string;
  readonly argument: string;
}

export interface Extraction {
  /** The text with the commands cut out and its end trimmed. */
  readonly text: string;
  readonly actions: readonly QuickAction[];
}

/** Every command name and alias; a line with another word after the slash is text. */
const NAMES: readonly string[] = (
  "add_child add_children add_contacts add_email add_parent allow_collaboration approve assign assign_reviewer " +
  "award blocked_by blocks board_move cc checkin_reminder child_epic clear_health_status clear_severity clear_weight " +
  "clone close confidential convert_to_ticket copy_metadata create_merge_request done draft due due_date duplicate " +
  "epic estimate estimate_time health_status internal_note invite_email iteration label labels link link_child link_resource lock " +
  "make_confidential merge milestone move page parent_epic promote promote_to promote_to_incident publish q react reaction ready " +
  "reassign reassign_reviewer rebase relabel relate remove_child remove_child_epic remove_contacts remove_due_date " +
  "remove_email remove_epic remove_estimate remove_iteration remove_label remove_labels remove_milestone remove_parent remove_parent_epic " +
  "remove_reviewer remove_time_estimate remove_time_spent remove_zoom reopen request_changes request_review reviewer set_parent " +
  "severity ship shrug spend spend_time spent status submit_review subscribe tableflip tag target_branch timeline title todo type " +
  "unapprove unassign unassign_reviewer unlabel unlink unlock unsubscribe weight wip zoom"
).split(" ");

/**
 * Ruby's `^` and `$` know `\n` only, and its `\s` is ASCII: JavaScript's own would also see U+2028 or NEL.
 * Pairs of backticks (over lines) and `<tag>` … `</tag>` on lines of their own are skipped.
 */
const COMMANDS = new RegExp(
  "`[\\s\\S]+?`" +
    "|(?<![^\\n])<[^>]+?>\\n[\\s\\S]+?\\n</[^>]+?>(?![^\\n])" +
    `|(?<![^\\n])/(?<name>${NAMES.join("|")})(?: (?<argument>[^\\n]*))?(?:[ \\t\\n\\f\\v]*\\n|(?![^\\n]))`,
  "gi",
);

/** Takes the quick actions out of a Markdown text. */
export function extractQuickActions(markdown: string): Extraction {
  const text = markdown.replaceAll("\r", "");
  const lines = text.split(/(?<=\n)/);
  const actions: QuickAction[] = [];
  for (const block of parseBlocks(text)) {
    if (block.kind !== "paragraph" || !block.top) continue;
    const end = lines[block.endLine + 1] === "\n" ? block.endLine + 1 : block.endLine;
    const paragraph = lines.slice(block.startLine, end + 1).join("");
    if (!/(?<![^\n])\//.test(paragraph)) continue;
    lines.fill("", block.startLine, end + 1);
    lines[block.startLine] = paragraph.replaceAll(COMMANDS, (match, ...rest) => {
      const groups: { name?: string; argument?: string } = rest.at(-1);
      if (groups.name === undefined) return match;
      actions.push({ name: groups.name.toLowerCase(), argument: (groups.argument ?? "").trim() });
      return "";
    });
  }
  return { text: lines.join("").trimEnd(), actions };
}
