/** Shapes of live credentials (R17, R18): found anywhere, in any case of encoding that the caller has decoded. */

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

/** Anchored on rare literals; every repetition is bounded, so that no text makes them slow. */
const SECRETS: readonly (readonly [SecretKind, RegExp])[] = [
  [
    "gitlab_token",
    /gl(?:pat|oas|dt|rtr|rt|cbt|ptt|ft|imt|agent|wt|soat|ffct)-[A-Za-z0-9_.-]{6,300}|GR1348941[A-Za-z0-9_-]{6,200}/,
  ],
  ["session", /_gitlab_session=[^;\s"]{4,500}|(?:set-)?cookie: ?[^\s=]{1,80}=[^;\s]{6,500}/i],
  [
    "authorization",
    /(?:authorization|private-token|x-gitlab-token|job-token|deploy-token)["']?\s?[:=]\s?["']?[^\s"']{4,20}|\b(?:bearer|basic) [A-Za-z0-9+/=_.-]{8,500}/i,
  ],
  ["url_password", /:\/\/[^\s/:@]{0,100}:[^\s/@]{3,200}@/],
  ["private_key", /-----BEGIN [A-Z ]{0,40}PRIVATE KEY/],
  ["jwt", /eyJ[A-Za-z0-9_-]{8,2000}\.eyJ[A-Za-z0-9_-]{4,4000}\.[A-Za-z0-9_-]{4,1000}/],
  [
    "cloud_key",
    /(?:AKIA|ASIA)[A-Z0-9]{12,40}|AIza[A-Za-z0-9_-]{20,60}|xox[abeoprs]-[A-Za-z0-9-]{6,200}|hooks\.slack\.[a-z.]{2,20}\/services\/[A-Za-z0-9/]{6,200}|gh[oprsu]_[A-Za-z0-9]{10,100}|github_pat_[A-Za-z0-9_]{10,100}|sk_live_[A-Za-z0-9]{6,100}|npm_[A-Za-z0-9]{10,100}|dop_v1_[a-f0-9]{10,100}|[?&]sig=[A-Za-z0-9%+/=]{6,200}|hvs\.[A-Za-z0-9_-]{10,200}/,
  ],
  [
    "assignment",
    /(?:secret|passw(?:or)?d|passphrase|token|api_?key|access_?key|client_?secret)[A-Za-z_]{0,20}["']?\s?(?:=>|[:=])\s?["']?(?!\[FILTERED\])[^\s"',;[\]]{6,200}/i,
  ],
  ["incoming_mail", /incoming\+[A-Za-z0-9_.+-]{6,200}@/],
];

/** The kinds of secret in a text, in the order of the list; empty when there is none. */
export function findSecrets(text: string): readonly SecretKind[] {
  return SECRETS.filter(([, pattern]) => pattern.test(text)).map(([kind]) => kind);
}
