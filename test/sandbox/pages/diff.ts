// Changed files as tables of old and new lines.
import type { FileDiff } from "../git/diff.ts";
import { type Html, html } from "./html.ts";
import { count } from "./parts.ts";

/** Files beyond this many changed lines start folded. */
const OPEN_LINES = 400;

export function diffView(files: readonly FileDiff[]): Html {
  if (files.length === 0) return html`<p class="card empty">No file is changed.</p>`;
  const added = total(files, /^\+/gm);
  const removed = total(files, /^-/gm);
  return html`<p class="soft">${count(files.length, "file")} changed, <span class="plus">+${added}</span> <span class="minus">−${removed}</span></p>${files.map(fileView)}`;
}

function total(files: readonly FileDiff[], mark: RegExp): number {
  return files.reduce((sum, file) => sum + (file.diff.match(mark)?.length ?? 0), 0);
}

function fileView(file: FileDiff): Html {
  const name =
    file.renamed_file && file.old_path !== file.new_path
      ? `${file.old_path} → ${file.new_path}`
      : file.new_path;
  const badge = file.new_file
    ? html` <span class="badge good">new</span>`
    : file.deleted_file
      ? html` <span class="badge bad">deleted</span>`
      : null;
  const mode =
    !file.new_file && !file.deleted_file && file.a_mode !== file.b_mode
      ? html` <span class="badge warn">${file.a_mode} → ${file.b_mode}</span>`
      : null;
  const lines = file.diff.split("\n").length;
  return html`<details class="card file"${lines <= OPEN_LINES ? " open" : ""}><summary><span class="mono">${name}</span>${badge}${mode}</summary>${body(file)}</details>`;
}

function body(file: FileDiff): Html {
  if (file.too_large) return html`<p class="empty">This diff is too large to show.</p>`;
  if (!file.diff.startsWith("@@")) {
    return html`<p class="empty">${file.diff === "" ? "No line is changed." : file.diff}</p>`;
  }
  let oldLine = 0;
  let newLine = 0;
  const rows = file.diff
    .replace(/\n$/, "")
    .split("\n")
    .map((line) => {
      const hunk = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(line);
      if (hunk !== null) {
        oldLine = Number(hunk[1]);
        newLine = Number(hunk[2]);
        return html`<tr class="hunk"><td class="num"></td><td class="num"></td><td>${line}</td></tr>`;
      }
      const sign = line.charAt(0);
      const before = sign === "+" || sign === "\\" ? "" : String(oldLine++);
      const after = sign === "-" || sign === "\\" ? "" : String(newLine++);
      const kind = sign === "+" ? "add" : sign === "-" ? "del" : "";
      return html`<tr class="${kind}"><td class="num">${before}</td><td class="num">${after}</td><td>${line}</td></tr>`;
    });
  return html`<table class="diff">${rows}</table>`;
}
