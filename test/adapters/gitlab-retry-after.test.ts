import * as fc from "fast-check";
import { expect, test } from "vitest";
import { retryAfterMs } from "../../scripts/adapters/gitlab/retry-after.ts";

test("every date that HTTP can write is the wait until then", async () => {
  await fc.assert(
    fc.property(
      fc.date({ min: new Date(0), max: new Date(253_402_300_799_000), noInvalidDate: true }),
      fc.integer({ min: 0, max: 2_000_000_000_000 }),
      (date, now) => {
        const seconds = Math.floor(date.getTime() / 1000) * 1000;
        expect(retryAfterMs(date.toUTCString(), now)).toBe(Math.max(0, seconds - now));
      },
    ),
  );
});

test("no text makes it throw or wait a negative time", async () => {
  await fc.assert(
    fc.property(fc.string(), (text) => {
      const wait = retryAfterMs(text, 0);
      expect(wait === null || wait >= 0).toBe(true);
    }),
  );
});
