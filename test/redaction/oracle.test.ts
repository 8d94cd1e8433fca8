// The oracle sees what it must see, or its silence means nothing.
import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { canaryOf, ENCODINGS, plantOf } from "./canaries.ts";
import { diceOf } from "./dice.ts";
import { leaked } from "./oracle.ts";

const dice = diceOf(20_261_120);
const planted = Array.from({ length: 300 }, () => plantOf(dice));
const found = (text: string, plant: (typeof planted)[number]): boolean =>
  leaked(Buffer.from(text), [plant]).length === 1;

test("finds every canary in the form in which it was planted, in JSON or bare", () => {
  for (const plant of planted) {
    expect(found(`{"a":${JSON.stringify(`x ${plant.shown} y`)}}`, plant), plant.shown).toBe(true);
    expect(found(`x,${plant.shown},y`, plant), plant.shown).toBe(true);
  }
});

test("finds a canary that came in plain and leaves in an encoding, alone or behind other text", () => {
  const seen = ["gzip", "base64Twice"];
  for (const plant of planted) {
    const plain = { ...plant, shown: plant.canary.text };
    for (const [name, encode] of Object.entries(ENCODINGS)) {
      if (seen.includes(name)) continue;
      expect(found(encode(plant.canary.secret), plain), `${name} ${plant.canary.text}`).toBe(true);
    }
    const text = `${plant.canary.secret}, and more of it`;
    for (const before of ["", "a", "ab"]) {
      expect(found(Buffer.from(before + text).toString("base64"), plain)).toBe(true);
    }
  }
});

test("finds parts, other case, and hashes that anybody could make", () => {
  for (const plant of planted) {
    const { secret, gram, text } = plant.canary;
    expect(found(`x${secret.slice(1, 1 + gram).toUpperCase()}`, plant)).toBe(secret.length > gram);
    const digest = createHash("sha256").update(text).digest("hex");
    expect(found(`user-${digest.slice(0, 16)}`, plant)).toBe(true);
  }
});

test("finds nothing in text that holds none", () => {
  const other = Array.from({ length: 300 }, () => canaryOf(dice).text).join("\n");
  expect(leaked(Buffer.from(other), planted)).toStrictEqual([]);
});
