// Redaction broken on purpose, one line at a time: each of these must come to light.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these texts are code

export type Mutant = {
  readonly name: string;
  /** Below scripts/domain/. */
  readonly file: string;
  readonly find: string;
  readonly put: string;
};

const FIELDS = "information-request/redaction-fields.ts";
const TEXT = "information-request/redaction-text.ts";
const ROUTE = "information-request/redaction-route.ts";
const CORE = "information-request/redaction.ts";
const INVENTORY = "information-request/inventory.ts";

const DROP = 'if (rule.rule === "drop") return gone(DROP_REASONS[rule.class]);';
const dropped = (kind: string): Mutant => ({
  name: `fields of class ${kind} leave`,
  file: FIELDS,
  find: DROP,
  put: `if (rule.rule === "drop") return rule.class === "${kind}" ? kept(String(value)) : gone(DROP_REASONS[rule.class]);`,
});
const fields = (name: string, find: string, put: string): Mutant => ({
  ...{ name, file: FIELDS, find, put },
});
const text = (name: string, find: string, put: string): Mutant => ({
  ...{ name, file: TEXT, find, put },
});
const route = (name: string, find: string, put: string): Mutant => ({
  ...{ name, file: ROUTE, find, put },
});
const core = (name: string, find: string, put: string): Mutant => ({
  ...{ name, file: CORE, find, put },
});

export const MUTANTS: readonly Mutant[] = [
  fields("dropped fields leave", DROP, 'if (rule.rule === "drop") return kept(String(value));'),
  ...["system", "personal", "account", "linking", "text"].map(dropped),
  fields(
    "enum: any value",
    'if (listed === undefined) return gone("NOT_LISTED");',
    "if (listed === undefined) return kept(text);",
  ),
  fields(
    "enum: by the beginning",
    'if (listed === undefined) return gone("NOT_LISTED");',
    'if (listed === undefined) return values.some((one) => text.startsWith(String(one))) ? kept(text) : gone("NOT_LISTED");',
  ),
  fields(
    "event: any value",
    'return context.scope.event_types.includes(text) ? kept(text) : gone("NOT_LISTED");',
    "return kept(text);",
  ),
  fields("integer: any value", "return releaseInteger(value, text, rule);", "return kept(text);"),
  fields(
    "integer: no bounds",
    'return min <= number && number <= max ? kept(number) : gone("NOT_LISTED");',
    "return kept(number);",
  ),
  fields(
    "boolean: any value",
    'return typeof value === "boolean" ? kept(value) : gone("TYPE");',
    "return kept(String(value));",
  ),
  fields(
    "type: what is no scalar leaves as JSON",
    'if (text === null) return gone("TYPE");',
    "if (text === null) return kept(JSON.stringify(value));",
  ),
  fields(
    "type: a list leaves with its texts",
    'if (text === null) return gone("TYPE");',
    'if (text === null) return Array.isArray(value) ? kept(value.filter((one) => typeof one === "string").join(" ")) : gone("TYPE");',
  ),
  fields(
    "own path: any path",
    'return kind.byPath.has(text) ? kept(text) : gone("OTHER_ACCOUNT");',
    "return kept(text);",
  ),
  fields(
    "own path: by the beginning",
    'return kind.byPath.has(text) ? kept(text) : gone("OTHER_ACCOUNT");',
    'return [...kind.byPath.keys()].some((path) => text.startsWith(path)) ? kept(text) : gone("OTHER_ACCOUNT");',
  ),
  fields(
    "own path: by the first segment",
    'return kind.byPath.has(text) ? kept(text) : gone("OTHER_ACCOUNT");',
    'return text.startsWith("acme-corp/") ? kept(text) : gone("OTHER_ACCOUNT");',
  ),
  fields(
    "own id: any id",
    'return isPlainId(text) && kind.byId.has(text) ? kept(Number(text)) : gone("OTHER_ACCOUNT");',
    "return kept(text);",
  ),
  fields(
    "own id: any number",
    'return isPlainId(text) && kind.byId.has(text) ? kept(Number(text)) : gone("OTHER_ACCOUNT");',
    'return isPlainId(text) ? kept(Number(text)) : gone("OTHER_ACCOUNT");',
  ),
  fields(
    "root: any text",
    'if (of === "root_path") return inventory.roots.has(text) ? kept(text) : gone("OTHER_ACCOUNT");',
    'if (of === "root_path") return kept(text);',
  ),
  fields(
    "repository: any text",
    'return id !== undefined && projects.byId.has(id) ? kept(text) : gone("OTHER_ACCOUNT");',
    "return kept(text);",
  ),
  fields(
    "repository: any project",
    'return id !== undefined && projects.byId.has(id) ? kept(text) : gone("OTHER_ACCOUNT");',
    'return id !== undefined ? kept(text) : gone("OTHER_ACCOUNT");',
  ),
  fields(
    "repository: by the beginning",
    "/^(?:project|wiki|design)-([1-9]\\d*)$/.exec(text)",
    "/^(?:project|wiki|design)-(9001)/.exec(text)",
  ),
  fields(
    "entity: of an unknown type",
    'return type === "User" ? releaseUserId(text, context) : gone("OTHER_ACCOUNT");',
    'return type === "User" ? releaseUserId(text, context) : kept(text);',
  ),
  fields(
    "user name: in clear",
    'return instead(context.pseudonym("user", fold(text)), "PERSONAL");',
    "return kept(text);",
  ),
  fields(
    "user name: own by the beginning",
    "const agrees = owned !== undefined && id === owned.id",
    'const agrees = text.startsWith("acme-jdoe")',
  ),
  fields(
    "user name: in clear when personal data is approved",
    "if (context.scope.personal_data_approved && agrees) return kept(text);",
    "if (context.scope.personal_data_approved) return kept(text);",
  ),
  fields(
    "user id: in clear",
    'if (!isPlainId(id)) return gone("TYPE");',
    "if (id !== null) return kept(text);",
  ),
  fields(
    "user id: what is no id leaves",
    'if (!isPlainId(id)) return gone("TYPE");',
    "if (!isPlainId(id)) return kept(text);",
  ),
  fields(
    "user id: in clear when personal data is approved",
    "const approved = context.scope.personal_data_approved && context.inventory.users.byId.has(id);",
    "const approved = context.scope.personal_data_approved;",
  ),
  fields(
    "client: what is no client leaves",
    'if (rest === undefined) return gone("TYPE");',
    "if (rest === undefined) return kept(text);",
  ),
  fields(
    "pseudonym: the value itself",
    'return instead(context.pseudonym(rule.kind, fold(text)), "LINKING");',
    "return kept(text);",
  ),
  fields(
    "pseudonym: with the value behind it",
    'return instead(context.pseudonym(rule.kind, fold(text)), "LINKING");',
    'return instead(`${context.pseudonym(rule.kind, fold(text))} ${text}`, "LINKING");',
  ),
  fields(
    "pseudonym: the value in base64",
    'return instead(context.pseudonym(rule.kind, fold(text)), "LINKING");',
    'return instead(Buffer.from(text).toString("base64"), "LINKING");',
  ),
  fields(
    "pseudonym: the value, cut",
    'return instead(context.pseudonym(rule.kind, fold(text)), "LINKING");',
    'return instead(text.slice(0, 20), "LINKING");',
  ),
  fields(
    "address: in clear",
    'return instead(names.join(", "), "PERSONAL");',
    'return instead(outside.join(", "), "PERSONAL");',
  ),
  fields(
    "address: what is none leaves",
    'if (addresses.includes(null)) return gone("TYPE");',
    "if (addresses.includes(null)) return kept(text);",
  ),
  fields(
    "address: GitLab's own network leaves",
    'if (outside.length === 0) return gone("SYSTEM_INFO");',
    "if (outside.length === 0) return kept(text);",
  ),
  fields(
    "address: the list leaves as it is",
    'return instead(names.join(", "), "PERSONAL");',
    "return kept(text);",
  ),
  fields(
    "user agent: whole",
    'return partly(major === undefined ? family : `${family} ${major}`, text, "PERSONAL");',
    "return kept(text);",
  ),
  fields(
    "user agent: with what follows the token",
    'return partly(major === undefined ? family : `${family} ${major}`, text, "PERSONAL");',
    'return partly(text.slice(at), text, "PERSONAL");',
  ),
  fields(
    "user agent: an unknown one leaves",
    '  return gone("NOT_LISTED");\n}',
    "  return kept(text);\n}",
  ),
  fields(
    "URL: a foreign one leaves",
    'if (shown === null) return gone("OTHER_ACCOUNT");',
    "if (shown === null) return kept(text);",
  ),
  fields(
    "text: without a template it leaves",
    "fillTemplate(text, context) ?? TEXT_REMOVED",
    "fillTemplate(text, context) ?? text",
  ),
  fields(
    "words: shown whole",
    "const words = keepKnownWords(text.slice(0, RELEASED_TEXT), context);",
    "const words = text;",
  ),
  fields(
    "words: shown where nobody asked for them",
    'return gone("NO_TEMPLATE");\n  const words',
    "return kept(text);\n  const words",
  ),
  fields(
    "params: keys that are not listed leave",
    'return resultOf(field, param, gone("NOT_LISTED"));',
    'return { field, action: "kept", reason: null, value: JSON.stringify(param, (_, one) => one instanceof Map ? Object.fromEntries(one) : one), original: param };',
  ),
  fields(
    "params: what is no list leaves",
    'if (!isJsonArray(value)) return [resultOf(field, value, gone("TYPE"))];',
    'if (!isJsonArray(value)) return [{ field, action: "kept", reason: null, value: String(value), original: value }];',
  ),
  text(
    "words: unknown ones stay",
    "if (words.has(word)) shown.push(word);",
    "if (word !== WORDS_REMOVED) shown.push(word);",
  ),
  text(
    "words: of letters only stay",
    "if (words.has(word)) shown.push(word);",
    "if (words.has(word) || /^[a-z0-9]+$/.test(word)) shown.push(word);",
  ),
  text(
    "template: fits in the middle",
    "const match = pattern.exec(text);",
    "const match = pattern.exec(text);\n    if (match === null && new RegExp(pattern.source.slice(1, -1)).test(text)) return text;",
  ),
  text(
    "template: rest of the text stays",
    "const match = pattern.exec(text);",
    'const match = pattern.exec(text);\n    if (match === null && text.startsWith("deploy key added")) return text;',
  ),
  text(
    "template: user in clear",
    'return pseudonym("user", value.normalize("NFKC").toLowerCase());',
    "return value;",
  ),
  text("template: address in clear", 'return pseudonym("ip", address);', "return value;"),
  text(
    "template: internal address in clear",
    'if (address === null || isInternalAddress(address)) return "[address]";',
    "if (address === null || isInternalAddress(address)) return value;",
  ),
  text("template: e-mail in clear", 'return "[e-mail]";', "return value;"),
  text("template: name in clear", 'return "[name]";', "return value;"),
  text(
    "template: any project",
    'return inventory.projects.byPath.has(value) ? value : "[project]";',
    "return value;",
  ),
  text(
    "template: any group",
    'return inventory.namespaces.byPath.has(value) ? value : "[group]";',
    "return value;",
  ),
  text(
    "template: any project id",
    'return inventory.projects.byId.has(value) ? value : "[project]";',
    "return value;",
  ),
  text("template: unknown word in clear", "        : WORDS_REMOVED;", "        : value;"),
  route(
    "URL: any segment behind the project",
    "words.has(segment) || isNumbered(segment, at) ? segment : SEGMENT_REMOVED,",
    "segment,",
  ),
  route(
    "URL: any segment before the project",
    "before.every((segment) => words.has(segment)) ? before : [SEGMENT_REMOVED]",
    "before",
  ),
  route(
    "URL: any project",
    "if (!own) return null;",
    "if (!own && claim.path === SEGMENT_REMOVED) return null;",
  ),
  route(
    "URL: any page",
    'return segments.every((segment) => words.has(segment)) ? `/${segments.join("/")}` : null;',
    'return `/${segments.join("/")}`;',
  ),
  route("URL: numbers of any length", "/^\\d{1,12}$/", "/^\\d+$/"),
  route("caller: any controller", "controllers.has(name) && actions", "actions"),
  route("caller: any action", "&& actions.has(action)", ""),
  route("caller: more behind the action", "more.length === 0 && controllers", "controllers"),
  route("caller: any worker", "? workers.has(text)", '? text.endsWith("Worker")'),
  route("caller: any verb", "/^(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) (", "/^\\S+ ("),
  route("caller: any route", ": releaseRoute(route, policy) !== null;", ": true;"),
  fields(
    "caller: any text",
    'return isCaller(text, context.profile.redaction) ? kept(text) : gone("NOT_LISTED");',
    "return kept(text);",
  ),
  fields(
    "own path of either kind: any path",
    'if (of === "any_path" && inventory.namespaces.byPath.has(text)) return kept(text);',
    'if (of === "any_path") return kept(text);',
  ),
  fields(
    "params: numbers that are none leave",
    'rule.rule === "integer" ? numberIn(given) : given, rule, context);',
    'rule.rule === "integer" ? numberIn(given) : given, rule, context);\n    if (outcome.reason === "TYPE" && typeof given === "string") return { field: `${field}.${name}`, original: given, ...kept(given) };',
  ),
  route("route: any segment", "return known ? text : null;", "return known ? text : text;"),
  route(
    "URL: the query stays",
    'return `/${[...head, claim.path, ...tail].join("/")}`;',
    'return `/${[...head, claim.path, ...tail].join("/")}${text.slice(text.search(/[?#]|$/))}`;',
  ),
  core(
    "an unknown field leaves",
    'if (rule === null) return removedWhole(field, "UNKNOWN_FIELD", value);',
    'if (rule === null) return { field, action: "kept", reason: null, original: value, value: String(value) };',
  ),
  core(
    "an unknown field's number leaves",
    "output.tally.push(numberGone);",
    "output.tally.push(numberGone);\n    output.released[numberGone.field] = value.number;",
  ),
  core(
    "names of unknown fields are counted",
    "redactField(redactor.plans.get(field) ?? redactor.unknown,",
    "redactField(redactor.plans.get(field) ?? planOf(field, null),",
  ),
  core(
    "a value given twice leaves",
    'if (isAmbiguous(context.row, field)) return removedWhole(field, "AMBIGUOUS", value);',
    'if (isAmbiguous(context.row, field)) return { field, action: "kept", reason: null, original: value, value: String(value) };',
  ),
  core(
    "what was removed stays as well",
    "if (value !== undefined) output.released[tally.field] = value;",
    'output.released[tally.field] = value ?? removed.join(" ");',
  ),
  core(
    "the first 64 characters stay",
    "if (value !== undefined) output.released[tally.field] = value;",
    'output.released[tally.field] = value ?? removed.join(" ").slice(0, 64);',
  ),
  {
    name: "inventory: roots own all below",
    file: INVENTORY,
    find: "byPath: new Map(owned.map((item) => [item.path, item])),",
    put: "byPath: Object.assign(new Map(owned.map((item) => [item.path, item])), { has: (path) => owned.some((item) => path.startsWith(item.path)) }) as never,",
  },
];
