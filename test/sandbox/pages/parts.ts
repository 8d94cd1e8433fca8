// Small pieces that every page shares: people, times, labels, badges, counts.
import type { Label, MergeRequest, User } from "../model.ts";
import { type Html, html } from "./html.ts";

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** `2026-11-20T10:00:00.000Z` as `20 Nov 2026, 10:00 UTC`. */
export function time(iso: string): Html {
  const at = new Date(iso).toISOString();
  const day = `${Number(at.slice(8, 10))} ${MONTHS[Number(at.slice(5, 7)) - 1]} ${at.slice(0, 4)}`;
  return html`<time datetime="${iso}" title="${at}">${day}, ${at.slice(11, 16)} UTC</time>`;
}

/** A person with what matters about them: bots and blocked people are marked. */
export function person(user: User): Html {
  const marks = [
    user.bot ? html` <span class="badge">bot</span>` : null,
    user.state === "blocked" ? html` <span class="badge bad">blocked</span>` : null,
  ];
  return html`<span title="${user.name}, id ${user.id}"><b>@${user.username}</b>${marks}</span>`;
}

/** A label in its colour; a scoped one in two halves, as in GitLab. */
export function labelChip(label: Label): Html {
  const color = /^#[0-9a-f]{6}$/i.test(label.color) ? label.color : "#6699cc";
  const style = `background:${color};color:${isDark(color) ? "#fff" : "#1f1e24"}`;
  const cut = label.name.lastIndexOf("::");
  if (cut <= 0) return html`<span class="label"><span style="${style}">${label.name}</span></span>`;
  const value = label.name.slice(cut + 2);
  return html`<span class="label" style="border-color:${color}"><span style="${style}">${label.name.slice(0, cut)}</span><span class="value">${value}</span></span>`;
}

/** Perceived brightness of `#rrggbb` below the middle. */
function isDark(color: string): boolean {
  const part = (from: number): number => Number.parseInt(color.slice(from, from + 2), 16);
  return 0.299 * part(1) + 0.587 * part(3) + 0.114 * part(5) < 150;
}

export function labelChips(
  labels: ReadonlyMap<number, Label>,
  ids: readonly number[],
): readonly Html[] {
  return ids
    .flatMap((id) => labels.get(id) ?? [])
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((label) => html`${labelChip(label)} `);
}

export function stateBadge(state: MergeRequest["state"]): Html {
  const word = state === "opened" ? "open" : state;
  return html`<span class="badge ${word}">${word.charAt(0).toUpperCase()}${word.slice(1)}</span>`;
}

export function confidentialBadge(): Html {
  return html`<span class="badge confidential">Confidential</span>`;
}

/** `3 files`, `1 file`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** Bytes in the unit a person would use. */
export function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} KiB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
