// Draft merge requests are told by their title.

/** `Draft:`, `[Draft]` and `(Draft)` in front, in any case. */
export function isDraft(title: string): boolean {
  return /^\s*(?:\[draft\]|\(draft\)|draft:)/i.test(title);
}
