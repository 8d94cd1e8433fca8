/** Shapes of live credentials (R17, R18): found anywhere, in any case of encoding that the caller has decoded. */
import { FEATURE, featuresOf } from "./text-features.ts";

export type SecretKind =
  | "gitlab_token"
  | "session"
  | "authorization"
  | "url_password"
  | "private_key"
  | "jwt"
  | "cloud_key"
  | "assignment"
  | "incoming_mail";

type Detector = {
  readonly kind: SecretKind;
  /** The secret can only stand in a text that has one of each of these. */
  readonly needs: readonly number[];
  readonly found: (text: string) => boolean;
};

const { dash, equals, colon, at, slash, dot, space, underscore, plus } = FEATURE;

const matches =
  (pattern: RegExp) =>
  (text: string): boolean =>
    pattern.test(text);

/** Anchored on rare literals; every repetition is bounded, so that no text makes them slow. */
const DETECTORS: readonly Detector[] = [
  {
    kind: "gitlab_token",
    needs: [dash],
    found: matches(/gl(?:pat|oas|dt|rtr|rt|cbt|ptt|ft|imt|agent|wt|soat|ffct)-[A-Za-z0-9_.-]{6}/),
  },
  { kind: "gitlab_token", needs: [], found: matches(/GR1348941[A-Za-z0-9_-]{6}/) },
  {
    kind: "session",
    needs: [equals],
    found: matches(/_gitlab_session=[^;\s"]{4}|cookie: ?[^\s=]{1,80}=[^;\s]{6}/i),
  },
  {
    kind: "authorization",
    needs: [equals | colon],
    found: matches(
      /(?:authorization|private-token|x-gitlab-token|job-token|deploy-token)["']?\s?[:=]\s?["']?[^\s"']{4}/i,
    ),
  },
  {
    kind: "authorization",
    needs: [space],
    found: matches(/\b(?:bearer|basic) [A-Za-z0-9+/=_.-]{8}/i),
  },
  {
    kind: "url_password",
    needs: [at, colon, slash],
    found: matches(/:\/\/[^\s/:@]{0,100}:[^\s/@]{3,200}@/),
  },
  {
    kind: "private_key",
    needs: [dash, space],
    found: matches(/-----BEGIN [A-Z ]{0,40}PRIVATE KEY/),
  },
  { kind: "jwt", needs: [dot], found: holdsJwt },
  {
    kind: "cloud_key",
    needs: [],
    found: matches(/A(?:KIA|SIA)[A-Z0-9]{12}|AIza[A-Za-z0-9_-]{20}/),
  },
  {
    kind: "cloud_key",
    needs: [dash | underscore],
    found: matches(
      /xox[abeoprs]-[A-Za-z0-9-]{6}|gh[oprsu]_[A-Za-z0-9]{10}|github_pat_[A-Za-z0-9_]{10}|sk_live_[A-Za-z0-9]{6}|npm_[A-Za-z0-9]{10}|dop_v1_[a-f0-9]{10}/,
    ),
  },
  {
    kind: "cloud_key",
    needs: [dot | equals],
    found: matches(
      /hooks\.slack\.[a-z.]{2,20}\/services\/[A-Za-z0-9/]{6}|[?&]sig=[A-Za-z0-9%+/=]{6}|hvs\.[A-Za-z0-9_-]{10}/,
    ),
  },
  {
    kind: "assignment",
    needs: [equals | colon],
    found: matches(
      /(?:secret|passw(?:or)?d|passphrase|token|api_?key|access_?key|client_?secret)[A-Za-z_]{0,20}["']?\s?(?:=>|[:=])\s?["']?(?!\[FILTERED\])[^\s"',;[\]]{6}/i,
    ),
  },
  { kind: "incoming_mail", needs: [plus, at], found: matches(/incoming\+[A-Za-z0-9_.+-]{6,200}@/) },
];

/** `eyJ….eyJ….signature`, part by part: a pattern would try every `eyJ` anew. */
function holdsJwt(text: string): boolean {
  if (!text.includes(".eyJ")) return false;
  return text.split(/[^A-Za-z0-9_.-]+/).some((run) => {
    const parts = run.split(".");
    return parts.some((payload, index) => {
      const header = parts[index - 1] ?? "";
      const start = header.indexOf("eyJ");
      const signature = parts[index + 1] ?? "";
      const headed = start !== -1 && header.length - start >= 11;
      return headed && /^eyJ.{4}/.test(payload) && signature.length >= 4;
    });
  });
}

const NOTHING: readonly SecretKind[] = [];

/** Which detectors need look, by the features of a text. */
const possible: (readonly Detector[] | undefined)[] = [];

function detectorsFor(features: number): readonly Detector[] {
  const known = possible[features];
  if (known !== undefined) return known;
  const made = DETECTORS.filter(({ needs }) => needs.every((needed) => (features & needed) !== 0));
  possible[features] = made;
  return made;
}

/** The kinds of secret in a text, in the order of the list; empty when there is none. */
export function findSecrets(text: string): readonly SecretKind[] {
  let found = NOTHING;
  for (const { kind, found: isIn } of detectorsFor(featuresOf(text))) {
    if (isIn(text) && !found.includes(kind)) found = [...found, kind];
  }
  return found;
}
