// G5: nothing that is planted comes out, and what a broken profile lets out is counted.
import { expect, test } from "vitest";
import { probeRedaction } from "../../../scripts/domain/information-request/redaction-probe.ts";
import type { LogProfile } from "../../../scripts/domain/log-profile.ts";
import { profileOf, profiles, pseudonym, scope } from "../dive-fixture.ts";

let made = 0;
const canaryOf = (): string => {
  made += 1;
  return `canary${String(made * 7_919_317).padStart(16, "0")}`;
};

test.each([...profiles.keys()])(
  "%s: every field is planted in, and nothing comes out",
  (source) => {
    const profile = profileOf(source);
    const { planted, out } = probeRedaction(profile, scope, pseudonym, canaryOf);
    expect(out).toBe(0);
    expect(planted).toBe((profile.fields.size + 1) * 7 * 8);
  },
);

test("an account without projects is probed as well", () => {
  const { out } = probeRedaction(
    profileOf("production"),
    { ...scope, projects: [] },
    pseudonym,
    canaryOf,
  );
  expect(out).toBe(0);
});

test("a pseudonym that tells its value is noticed", () => {
  const tells = (kind: string, value: string): string => `${kind}-${value}`;
  expect(probeRedaction(profileOf("audit"), scope, tells, canaryOf).out).toBeGreaterThan(50);
});

test("a row that is withheld lets nothing out", () => {
  const broken: LogProfile = {
    ...profileOf("audit"),
    redaction: { ...profileOf("audit").redaction, templates: [{ id: "x", text: "{unknown}" }] },
  };
  expect(probeRedaction(broken, scope, pseudonym, canaryOf)).toMatchObject({ out: 0 });
});
