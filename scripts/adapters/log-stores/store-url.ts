/** Opens the log store that `--store` names; loads that one alone. */
import { stat } from "node:fs/promises";
import type { LogStore } from "../../ports/log-store.ts";
import type { Credentials } from "./elasticsearch-http.ts";
import { createFileStore } from "./file.ts";
import { UnusableStore } from "./unusable-store.ts";

/** What a store asks for besides its URL, as the environment names it; no error ever holds a value of it. */
export type LogStoreAccess = {
  readonly SECLOG_LOG_STORE_API_KEY?: string | undefined;
  readonly SECLOG_LOG_STORE_USER?: string | undefined;
  readonly SECLOG_LOG_STORE_PASSWORD?: string | undefined;
  /** Bytes that one dive may have billed by BigQuery. */
  readonly SECLOG_LOG_STORE_MAX_BYTES?: string | undefined;
};

const KNOWN =
  "file:DIR, elasticsearch+https://HOST, opensearch+https://HOST, bigquery:PROJECT.DATASET";
/** What a dive may have billed where no limit is set: 100 GiB, about 0.60 US dollars on demand. */
const MAX_BYTES = 100 * 1024 ** 3;

/**
 * @param url `file:DIR`, relative or absolute, the URL of a search engine after `elasticsearch+` or `opensearch+`,
 * or `bigquery:PROJECT.DATASET`
 * @throws UnusableStore for a scheme that no store answers to, or a store that is not there
 */
export async function openLogStore(url: string, access: LogStoreAccess = {}): Promise<LogStore> {
  const [, scheme, rest = ""] = /^([a-z][a-z0-9+]*):(.*)$/s.exec(url) ?? [];
  switch (scheme) {
    case "file":
      return openFiles(url, rest);
    case "elasticsearch+https":
    case "elasticsearch+http":
    case "opensearch+https":
    case "opensearch+http":
      return openSearchEngine(url, scheme, access);
    case "bigquery":
      return openBigQuery(rest, access);
    default:
      throw new UnusableStore(
        `--store ${JSON.stringify(url)}: ${scheme === undefined ? "no scheme" : `unknown scheme ${scheme}`}; known: ${KNOWN}`,
      );
  }
}

async function openFiles(url: string, rest: string): Promise<LogStore> {
  const directory = rest.replace(/^\/\/(?=\/)/, "");
  if (await isDirectory(directory)) return createFileStore(directory);
  throw new UnusableStore(
    `--store ${JSON.stringify(url)}: there is no such directory; name the directory that holds the archive`,
  );
}

const isDirectory = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

async function openSearchEngine(
  url: string,
  scheme: string,
  access: LogStoreAccess,
): Promise<LogStore> {
  const address = url.slice(url.indexOf("+") + 1);
  if (!URL.canParse(address))
    throw new UnusableStore("--store: the URL of the search engine is not one");
  const parsed = new URL(address);
  // The URL itself is not shown: a password may stand in it.
  if (parsed.username !== "" || parsed.password !== "") {
    throw new UnusableStore(
      "--store: no credentials in the URL; set SECLOG_LOG_STORE_API_KEY, or SECLOG_LOG_STORE_USER and SECLOG_LOG_STORE_PASSWORD",
    );
  }
  if (parsed.search !== "" || parsed.hash !== "") {
    throw new UnusableStore("--store: the URL of a search engine ends with its path");
  }
  const credentials = credentialsOf(access);
  if (credentials.kind !== "none" && scheme.endsWith("http") && !isLoopback(parsed.hostname)) {
    throw new UnusableStore(
      `--store: credentials are not sent without encryption; use ${scheme}s://`,
    );
  }
  const { createElasticsearchStore } = await import("./elasticsearch.ts");
  return createElasticsearchStore(`${parsed.origin}${parsed.pathname.replace(/\/+$/, "")}`, {
    credentials,
  });
}

async function openBigQuery(name: string, access: LogStoreAccess): Promise<LogStore> {
  const { datasetOf } = await import("./bigquery-query.ts");
  const found = datasetOf(name);
  if (found === null) {
    throw new UnusableStore(
      "--store: name a BigQuery project and dataset like bigquery:example-logs.gitlab",
    );
  }
  const limit = access.SECLOG_LOG_STORE_MAX_BYTES || String(MAX_BYTES);
  if (!/^[1-9]\d{0,14}$/.test(limit)) {
    throw new UnusableStore("SECLOG_LOG_STORE_MAX_BYTES is no number of bytes");
  }
  const { createBigQueryStore } = await import("./bigquery.ts");
  return createBigQueryStore({ ...found, maxBytes: Number(limit) });
}

const isLoopback = (host: string): boolean =>
  /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(host);

function credentialsOf(access: LogStoreAccess): Credentials {
  const {
    SECLOG_LOG_STORE_API_KEY: key,
    SECLOG_LOG_STORE_USER: user,
    SECLOG_LOG_STORE_PASSWORD: password,
  } = access;
  if (key) return { kind: "api-key", key };
  if (user && password) return { kind: "basic", user, password };
  return { kind: "none" };
}
