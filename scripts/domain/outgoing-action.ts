// Which texts and names an action would show to people, and what in them would act.
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
    ...("message" in action ? said("commit message", actsInMessage(action.message, allowed)) : []),
    ...namesOf(action)
      .filter(([, name]) => !PLAIN_NAME.test(name))
      .map(([place]) => `${place}: not a plain name`),
  ];
}

/** GitLab skips pipelines, and closes issues that are named behind such a word, wherever it stands in a message. */
const COMMANDS: readonly (readonly [string, RegExp])[] = [
  ["a word that skips pipelines", /\[\s*(?:ci|skip)[\s_-]+(?:ci|skip)\s*\]/i],
  [
    "a word that closes issues",
    /\b(?:clos(?:e[sd]?|ing)|fix(?:e[sd]|ing)?|resolv(?:e[sd]?|ing)|implement(?:s|ed|ing)?)\b:?\s+\S*(?:#|\/)/i,
  ],
];

const actsInMessage = (message: string, allowed: Allowed): readonly Acting[] => [
  ...actsIn(message, allowed),
  ...message.split("\n").flatMap((text, index) =>
    COMMANDS.filter(([, pattern]) => pattern.test(text)).map(([what]) => ({
      line: index + 1,
      what,
    })),
  ),
];

/** Letters, digits and `. _ -` between single slashes, beginning with a letter or digit: nothing to a shell, a URL or Markdown. */
const PLAIN_NAME = /^[A-Za-z0-9][\w.-]*(?:\/[A-Za-z0-9][\w.-]*)*$/;

/** What becomes a part of addresses and listings: branches, paths, packages and their files. */
function namesOf(action: Action): readonly (readonly [string, string])[] {
  switch (action.kind) {
    case "commit-files":
      return [
        ["branch", action.branch],
        ...action.files.map(({ path }) => ["path", path] as const),
      ];
    case "open-merge-request":
      return [["branch", action.sourceBranch]];
    case "publish-package":
      return [
        ["package", action.name],
        ["package version", action.version],
        ...action.files.map((file) => ["package file", file] as const),
      ];
    default:
      return [];
  }
}
