// The page that the demo leaves behind: the story with its job output, and copies of the sandbox's own pages beside it.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Told } from "./story.ts";

/** Writes `index.html` and the copied pages into the directory; returns the path of the index. */
export async function writePage(directory: string, told: Told): Promise<string> {
  await mkdir(directory, { recursive: true });
  const copies = [
    { file: "issue.html", title: "The issue", url: told.issueUrl },
    { file: "merge-request.html", title: "The reviewers' page", url: told.mergeRequestUrl },
    ...(told.gapUrl === null
      ? []
      : [{ file: "gap.html", title: "The gap issue", url: told.gapUrl }]),
  ];
  for (const { file, url } of copies) {
    const answer = await fetch(url);
    await writeFile(join(directory, file), await answer.text());
  }
  const index = join(directory, "index.html");
  await writeFile(index, indexPage(told, copies));
  return index;
}

function indexPage(
  told: Told,
  copies: readonly { readonly file: string; readonly title: string }[],
): string {
  const scenes = told.scenes.map(
    ({ at, who, what, jobs }) => `<section>
<h2><time>${inert(at.slice(11, 16))}</time> ${inert(who)}</h2>
<p>${inert(what)}.</p>
${jobs.map((job) => `<details><summary>job ${inert(job.job)}: ${summary(job.lines)}</summary><pre>${inert(job.lines.join("\n"))}</pre></details>`).join("\n")}
</section>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>seclog: the life of one request</title>
<style>${STYLE}</style></head><body><main>
<h1>The life of one request</h1>
<nav>${copies.map(({ file, title }) => `<a href="${file}">${inert(title)}</a>`).join(" · ")}</nav>
${scenes.join("\n")}
<section><h2>What Support can send</h2>
<p>${told.rows.length} redacted rows, opened with Support's own key. The first ones:</p>
<pre>${inert(told.rows.slice(0, 8).join("\n"))}</pre></section>
</main></body></html>
`;
}

const summary = (lines: readonly string[]): string => {
  const done = lines.filter((line) => line.startsWith("done")).length;
  return done === 0 ? "nothing to do" : `${done} ${done === 1 ? "write" : "writes"}`;
};

const inert = (text: string): string =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");

const STYLE = `
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{margin:0}main{max-width:60rem;margin:0 auto;padding:2rem 1rem}
h1{font-size:1.6rem}h2{font-size:1.1rem;margin:0 0 .25rem}
section{border-left:3px solid #6b4fbb;padding:.25rem 0 .5rem 1rem;margin:1.25rem 0}
time{color:#6b4fbb;font-variant-numeric:tabular-nums;margin-right:.5rem}
p{margin:.25rem 0}summary{cursor:pointer;opacity:.8}
pre{overflow:auto;padding:.75rem;border-radius:.4rem;background:color-mix(in srgb,currentColor 8%,transparent);font-size:.8rem}
`;
