// Rows of the request with foreign values hidden in them: in any field, as key or value, known to the profile or not.
import type { LogProfile } from "../../scripts/domain/log-profile.ts";
import { fittingPlantOf, type Planted, plantOf } from "./canaries.ts";
import type { Dice } from "./dice.ts";
import { type Row, rowOf } from "./rows.ts";

export type Attack = {
  readonly source: string;
  readonly bytes: Uint8Array;
  readonly planted: readonly Planted[];
};

const STRANGE_FIELDS = ["unknown_field", "extra.deep", "toString", "__proto__", "constructor"];
/** Fields that say whose row it is: a canary in one of them alone would only put the row outside. */
const KEEPS_ROW_INSIDE = 0.5;

export function attackOf(profile: LogProfile, dice: Dice): Attack {
  const row: Row = rowOf(profile, dice);
  const fields = fieldsOf(profile);
  const planted: Planted[] = [];
  const members: [string, unknown][] = Object.entries(row);
  const count = 1 + dice.below(5);
  for (let at = 0; at < count; at += 1) {
    const any = plantOf(dice);
    const field = fieldFor(any, fields, profile, dice);
    const rule = profile.fields.get(field)?.rule ?? "none";
    const plant = (dice.chance(0.5) ? fittingPlantOf(dice, rule) : null) ?? any;
    planted.push(plant);
    const double = dice.chance(0.05);
    const place = members.findIndex(([name]) => name === field);
    if (place === -1 || double) members.push([field, plant.value]);
    else members[place] = [field, plant.value];
  }
  const text = `{${members.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(",")}}`;
  return { source: profile.source, bytes: Buffer.from(text), planted };
}

function fieldFor(
  { canary }: Planted,
  fields: readonly string[],
  profile: LogProfile,
  dice: Dice,
): string {
  if (dice.chance(0.06)) return dice.of(STRANGE_FIELDS);
  if (dice.chance(0.03)) return canary.text;
  const field = dice.of(dice.chance(0.5) ? dice.of(fieldsByRule(profile)) : fields);
  return isIdentity(field, profile) && dice.chance(KEEPS_ROW_INSIDE) ? dice.of(fields) : field;
}

const isIdentity = (field: string, { identity, time_fields, event_fields }: LogProfile): boolean =>
  [identity, time_fields, event_fields].some((part) =>
    JSON.stringify(part).includes(JSON.stringify(field)),
  );

const ruleLists = new WeakMap<LogProfile, readonly (readonly string[])[]>();

/** Fields that may leave, one list for each rule: a rule of a single field comes as often as one of twenty. */
function fieldsByRule(profile: LogProfile): readonly (readonly string[])[] {
  const known = ruleLists.get(profile);
  if (known !== undefined) return known;
  const lists = new Map<string, string[]>();
  for (const [name, { rule }] of profile.fields) {
    if (rule !== "drop") lists.set(rule, [...(lists.get(rule) ?? []), name]);
  }
  const names = [...lists.values()];
  ruleLists.set(profile, names);
  return names;
}

const fieldLists = new WeakMap<LogProfile, readonly string[]>();

/** Fields that may leave come often, so that every rule is tried. */
function fieldsOf(profile: LogProfile): readonly string[] {
  const known = fieldLists.get(profile);
  if (known !== undefined) return known;
  const all = [...profile.fields];
  const leaving = all.filter(([, { rule }]) => rule !== "drop").map(([name]) => name);
  const names = [...all.map(([name]) => name), ...leaving, ...leaving, ...leaving];
  fieldLists.set(profile, names);
  return names;
}
