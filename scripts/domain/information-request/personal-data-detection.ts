/** Shapes of personal and internal data that must not stand in a released value (R8, R9, R15, R16). */
import { canonicalAddress } from "./ip-address.ts";

export type PersonalKind = "email" | "ip_address" | "internal_host" | "account_id" | "linking_id";

const SHAPES: readonly (readonly [PersonalKind, RegExp])[] = [
  ["email", /[^\s@<>()",;:]{1,64}(?:@|\s?[[(]at[\])]\s?)[\p{L}\p{N}][\p{L}\p{N}.-]{1,253}/iu],
  [
    "internal_host",
    /\.(?:internal|consul|local|gitlab\.net)\b|svc\.cluster|@hashed\/|nfs-file\d|-[bcdfghjklmnpqrstvwxz2456789]{8,10}-[bcdfghjklmnpqrstvwxz2456789]{5}\b/i,
  ],
  ["account_id", /\buser[-/]\d{1,12}\b|\bproject_\d{1,12}_bot|\bgroup_\d{1,12}_bot|gid:\/\//],
  [
    "linking_id",
    /\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b|\b[0-9A-HJKMNP-TV-Z]{26}\b|\b[0-9a-f]{20,128}\b/,
  ],
];

/** The kinds of personal or internal data in a text; empty when there is none. */
export function findPersonalData(text: string): readonly PersonalKind[] {
  const shapes = SHAPES.filter(([, shape]) => shape.test(text)).map(([kind]) => kind);
  return holdsAddress(text) ? [...shapes, "ip_address"] : shapes;
}

function holdsAddress(text: string): boolean {
  const runs = text.match(/[0-9A-Fa-f:.%]{3,60}/g) ?? [];
  return runs.some(
    (run) =>
      (/[.:].*[.:]/.test(run) && canonicalAddress(run.replace(/^\.+|[.]+$/g, "")) !== null) ||
      /(?:^|[^\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d])/.test(` ${run}`),
  );
}
