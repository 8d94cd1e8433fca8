import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  canonicalAddress,
  isInternalAddress,
} from "../../scripts/domain/information-request/ip-address.ts";

describe("one spelling", () => {
  test.each([
    ["198.51.100.23", "198.51.100.23"],
    ["198.51.100.23:443", "198.51.100.23"],
    ["198.51.100.0/24", "198.51.100.0"],
    ["::ffff:198.51.100.24", "198.51.100.24"],
    ["::FFFF:c633:6418", "198.51.100.24"],
    ["2001:DB8::1", "2001:db8:0:0:0:0:0:1"],
    ["2001:0db8:0:0:0:0:0:1", "2001:db8:0:0:0:0:0:1"],
    ["[2001:db8::1]:443", "2001:db8:0:0:0:0:0:1"],
    ["fe80::1%eth0", "fe80:0:0:0:0:0:0:1"],
    ["2001:db8::/32", "2001:db8:0:0:0:0:0:0"],
    ["::1", "0:0:0:0:0:0:0:1"],
    ["::", "0:0:0:0:0:0:0:0"],
  ])("%s", (text, canonical) => expect(canonicalAddress(text)).toBe(canonical));

  test("however an IPv6 address is shortened", () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        const canonical = canonicalAddress(address);
        expect(canonical).not.toBeNull();
        expect(canonicalAddress((canonical as string).toUpperCase())).toBe(canonical);
      }),
    );
  });
});

test.each([
  "",
  "x",
  "256.1.1.1",
  "1.2.3",
  "01.2.3.4",
  "1:2:3",
  "1::2::3",
  "1:2:3:4:5:6:7:8:9",
  "1:2:3:4:5:6:7::8",
  "g::1",
  "::256.1.1.1",
  "12345::",
])("%s is no address", (text) => expect(canonicalAddress(text)).toBeNull());

test.each([
  ["10.1.2.3", true],
  ["172.16.0.1", true],
  ["172.32.0.1", false],
  ["192.168.65.1", true],
  ["100.64.0.1", true],
  ["100.128.0.1", false],
  ["127.0.0.1", true],
  ["169.254.1.1", true],
  ["0:0:0:0:0:0:0:1", true],
  ["fd00:0:0:0:0:0:0:1", true],
  ["fe80:0:0:0:0:0:0:1", true],
  ["2001:db8:0:0:0:0:0:1", false],
  ["198.51.100.1", false],
])("%s is of a private network: %s", (address, internal) =>
  expect(isInternalAddress(address)).toBe(internal),
);
