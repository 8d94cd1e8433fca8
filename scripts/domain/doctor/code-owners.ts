// Which owners a CODEOWNERS file names (GitLab: Code Owners syntax).

/** Where GitLab looks for the file; the first one found counts. */
export const CODE_OWNER_PATHS = ["CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"] as const;

/**
 * The names of users and groups, without `@`, each once. Owners by e-mail or role (`@@maintainers`) are not looked up:
 * GitLab resolves them itself.
 */
export function codeOwnersIn(text: string): readonly string[] {
  const names = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => !line.startsWith("#"))
    .flatMap((line) => [...line.matchAll(/(?<=\s)@([\w.-]+(?:\/[\w.-]+)*)/g)])
    .map((match) => `${match[1]}`);
  return [...new Set(names)];
}
