// The HTML pages: what they show, whom they hide it from, and that nobody's text acts in them.
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createIssue } from "./issues.ts";
import { type Fixture, openMergeRequest, startFixture } from "./merge-requests/fixture.ts";
import { markdown } from "./pages/markdown.ts";

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
  const { state, project, users } = fixture;
  createIssue(state, project, users.sofia, {
    title: "Secret <b>request</b>",
    description: "```\n@all </code><script>alert(1)</script>\n```",
    confidential: true,
  });
  createIssue(state, project, users.sofia, { title: "Plain issue" });
  project.visibility = "public";
});
afterAll(() => fixture.close());

async function page(
  path: string,
): Promise<{ status: number; text: string; policy: string | null }> {
  const response = await fetch(`${fixture.url}${path}`);
  return {
    status: response.status,
    text: await response.text(),
    policy: response.headers.get("content-security-policy"),
  };
}

function rendered(text: string): string {
  const place = { viewer: { state: fixture.state, user: null }, project: fixture.project };
  return markdown(text, place).text;
}

test.each([
  ["/", "sec/seclog"],
  ["/sec/seclog", "README.md"],
  ["/sec/seclog/-/issues", "Plain issue"],
  ["/sec/seclog/-/issues/2", "opened"],
  ["/sec/seclog/-/merge_requests", "No merge requests"],
  ["/sec/seclog/-/blob/main/docs/guide.md", "one"],
  ["/sec/seclog/-/tree/main/docs", "guide.md"],
  ["/sec/seclog/-/packages", "No packages"],
  ["/sec/seclog/-/pipelines", "No pipelines"],
])("%s is a page that says %s", async (path, words) => {
  const { status, text, policy } = await page(path);
  expect(status).toBe(200);
  expect(text).toContain(words);
  expect(policy).toContain("default-src 'none'");
});

test.each([
  "/sec/nowhere",
  "/sec/seclog/-/issues/99",
  "/sec/seclog/-/blob/main/missing.txt",
  "/sec/seclog/-/merge_requests/99",
  "/sec/seclog/-/odd",
  "/%E0%A4%A",
])("%s is not found", async (path) => {
  expect((await page(path)).status).toBe(404);
});

test("a merge request shows its change, its rules, who approved and who still may", async () => {
  const { as, project, legal, security } = fixture;
  for (const group of [legal, security]) {
    await as.bot("POST", `/projects/${project.id}/approval_rules`, {
      name: group.path,
      approvals_required: 1,
      group_ids: [group.id],
    });
  }
  const { path, iid } = await openMergeRequest(fixture, "paged");
  await as.lena("POST", `${path}/approve`);
  const { text } = await page(`/sec/seclog/-/merge_requests/${iid}`);
  const plain = text.replace(/<[^>]+>/g, " ").replace(/\s+/g, " ");
  expect(plain).toContain("legal 1 of 1 ✓ ✓ @lena");
  expect(plain).toContain("security 0 of 1 May still approve: @sam");
  expect(plain).toContain("GitLab: not approved");
  expect(plain).toContain("+id: 1");
  expect(plain).toContain("@lena approved this merge request");
});

test("with ?as= a person sees what GitLab would show them, and a made-up one nothing", async () => {
  const issue = "/sec/seclog/-/issues/1";
  expect((await page(issue)).text).toContain("Confidential");
  expect((await page(`${issue}?as=reader`)).status).toBe(200);
  expect((await page(`${issue}?as=outsider`)).status).toBe(404);
  expect((await page("/sec/seclog/-/issues?as=outsider")).text).not.toContain("Secret");
  expect((await page(`${issue}?as=nobody-at-all`)).status).toBe(404);
  fixture.project.visibility = "private";
  expect((await page("/sec/seclog?as=outsider")).status).toBe(404);
  fixture.project.visibility = "public";
});

test("titles and descriptions are shown, not run", async () => {
  const { text } = await page("/sec/seclog/-/issues/1");
  expect(text).toContain("Secret &lt;b&gt;request&lt;/b&gt;");
  expect(text).not.toContain("<script");
});

test.each<[string, string, string]>([
  ["a table", "| a | b |\n|---|---|\n| 1 | x\\|y |", "<td>x|y</td>"],
  [
    "a long fence",
    "````\n```\n<b>\n````",
    '<pre><code data-language="">```\n&lt;b&gt;</code></pre>',
  ],
  ["a nested list", "- one\n  - two\n- three", "<li>one<ul><li>two</li></ul></li><li>three</li>"],
  [
    "a task",
    "- [x] done",
    '<li class="task"><span class="box" aria-label="done">☑</span> done</li>',
  ],
  [
    "a details block",
    "<details><summary>S</summary>\n\n- x\n\n</details>",
    "<details><summary>S</summary><ul><li>x</li></ul></details>",
  ],
  [
    "emphasis",
    "**a** *b* ~~c~~ `d`",
    "<p><strong>a</strong> <em>b</em> <del>c</del> <code>d</code></p>",
  ],
  ["a hidden comment", "<!-- mark -->\nshown", "<p>shown</p>"],
  ["a quote", "> a\n> b", "<blockquote><p>a\nb</p></blockquote>"],
  ["a numbered list from three", "3. x", '<ol start="3"><li>x</li></ol>'],
  ["an entity", "&#64;x &amp; y", "<p>@x &amp; y</p>"],
  [
    "a script link",
    "[x](javascript:alert(1))",
    '<p><span title="javascript:alert(1)">x</span></p>',
  ],
  [
    "a web link",
    "[x](https://e.org/a_b_c)",
    '<p><a href="https://e.org/a_b_c" rel="noreferrer">x</a></p>',
  ],
  [
    "an image",
    "![i](https://e.org/p.png)",
    '<p><span class="image" title="https://e.org/p.png">image: i</span></p>',
  ],
  ["a mention", "@lena and @nobody", '<p><span class="mention">@lena</span> and @nobody</p>'],
  ["a protocol-relative link", "[x](//evil.org)", '<p><span title="//evil.org">x</span></p>'],
])("%s is rendered", (_name, text, expected) => {
  expect(rendered(text)).toContain(expected);
});

const PIECES = [
  "<",
  ">",
  '"',
  "'",
  "&",
  "`",
  "```\n",
  "\n",
  "\n\n",
  "|",
  "---",
  "- ",
  "> ",
  ">>>\n",
  "# ",
  "[",
  "](",
  ")",
  "![",
  "*",
  "**",
  "_",
  "~~",
  '~"',
  "@all",
  "#1",
  "!1",
  "sec/seclog#1",
  "<script>",
  "<img src=x onerror=y>",
  "<details>",
  "</details>",
  "<summary>",
  "<!--",
  "-->",
  "javascript:",
  'https://e.org/?"onload=',
  "\\",
  "&lt;",
  "&#60;",
  "    ",
  "\r",
  "\u202e",
  "\0",
  "1. ",
  "[x] ",
  "|-|-|\n",
  "style=",
  "😀",
] as const;
const TAGS =
  /^<(?:\/?(?:p|h[2-4]|ul|ol|li|pre|code|strong|em|del|blockquote|table|thead|tbody|tr|th|td|details|summary|a|span|div|hr|br))(?: (?:class|title|href|rel|start|style|aria-label|data-language)="[^"<>]*"| open)*>$/;

test("whatever the text, only harmless tags and attributes come out", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }), (pieces) => {
      const out = rendered(pieces.join(""));
      for (const [tag] of out.matchAll(/<[^>]*>?/g)) expect(tag).toMatch(TAGS);
      for (const [, target] of out.matchAll(/href="([^"]*)"/g)) {
        expect(target).toMatch(/^(?:https?:\/\/|\/(?!\/)|#)/);
      }
    }),
    { numRuns: 2000 },
  );
});
