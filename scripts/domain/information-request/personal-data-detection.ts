/** Shapes of personal and internal data that must not stand in a released value (R8, R9, R15, R16). */
import { canonicalAddress } from "./ip-address.ts";
import { FEATURE, featuresOf } from "./text-features.ts";

export type PersonalKind = "email" | "ip_address" | "internal_host" | "account_id" | "linking_id";

type Detector = {
  readonly kind: PersonalKind;
  /** The shape can only stand in a text that has one of these. */
  readonly needs: number;
  readonly found: (text: string) => boolean;
};

const matches =
  (pattern: RegExp) =>
  (text: string): boolean =>
    pattern.test(text);

/** Anchored on one rare character, or bounded by word boundaries, so that no text makes them slow. */
const DETECTORS: readonly Detector[] = [
  {
    kind: "email",
    needs: FEATURE.at | FEATURE.bracket,
    found: matches(
      /[^\s@<>(),;:](?:@|\s?[[(](?:at|@)[\])]\s?)(?:[\p{L}\p{N}][\p{L}\p{N}.-]|\[[0-9A-Fa-f:.IPv]{4})/iu,
    ),
  },
  {
    kind: "internal_host",
    needs: FEATURE.dot | FEATURE.dash | FEATURE.at,
    found: matches(
      /\.(?:internal|consul|local|gitlab\.net)\b|svc\.cluster|@hashed\/|nfs-file\d|-[bcdfghjklmnpqrstvwxz2456789]{8,10}-[bcdfghjklmnpqrstvwxz2456789]{5}\b/i,
    ),
  },
  {
    kind: "account_id",
    needs: FEATURE.digit | FEATURE.slash,
    found: matches(/\buser[-/]\d{1,12}\b|\bproject_\d{1,12}_bot|\bgroup_\d{1,12}_bot|gid:\/\//),
  },
  {
    kind: "linking_id",
    needs: FEATURE.digit,
    found: matches(
      /\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b|\b[0-9A-HJKMNP-TV-Z]{26}\b|\b[0-9a-f]{20,}\b/,
    ),
  },
  { kind: "ip_address", needs: FEATURE.dot | FEATURE.colon, found: holdsAddress },
];

/** The kinds of personal or internal data in a text; empty when there is none. */
export function findPersonalData(text: string): readonly PersonalKind[] {
  const features = featuresOf(text);
  return DETECTORS.filter(({ needs, found }) => (features & needs) !== 0 && found(text)).map(
    ({ kind }) => kind,
  );
}

const FOUR = /(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?!\d)/;

function holdsAddress(text: string): boolean {
  if (FOUR.test(text)) return true;
  const runs = text.match(/[0-9A-Fa-f:.%]{3,}/g) ?? [];
  return runs.some(
    (run) => /[.:].*[.:]/.test(run) && canonicalAddress(run.replace(/^\.|\.$/g, "")) !== null,
  );
}
