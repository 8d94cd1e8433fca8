import { expect, test } from "vitest";
import { readEnvironment } from "../../scripts/adapters/environment.ts";

test("unset and empty are the same, as GitLab hands them", () => {
  expect(
    readEnvironment({ SECLOG_TOKEN: "", GITLAB_URL: "https://gitlab.example.com", OTHER: "x" }),
  ).toEqual({
    GITLAB_URL: "https://gitlab.example.com",
  });
});

test("every odd variable is named in one error, none with its value", () => {
  const read = () =>
    readEnvironment({
      GITLAB_URL: "ftp://secret-host",
      SECLOG_ARTEFACT_KEY: "secret-key",
      SECLOG_PSEUDONYM_KEY: "short-secret",
    });
  expect(read).toThrow(/GITLAB_URL.*SECLOG_ARTEFACT_KEY.*SECLOG_PSEUDONYM_KEY/);
  expect(read).not.toThrow(/secret/);
});
