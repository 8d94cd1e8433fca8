/** Opens the log store that `--store` names. */
import { stat } from "node:fs/promises";
import type { LogStore } from "../../ports/log-store.ts";
import { createElasticsearchStore } from "./elasticsearch.ts";
import type { Credentials } from "./elasticsearch-http.ts";
import { createFileStore } from "./file.ts";
import { UnusableStore } from "./unusable-store.ts";

/** What a store asks for besides its URL, as the environment names it; no error ever holds a value of it. */
export type LogStoreAccess = {
  readonly SECLOG_LOG_STORE_API_KEY?: string | undefined;
  readonly SECLOG_LOG_STORE_USER?: string | undefined;
  readonly SECLOG_LOG_STORE_PASSWORD?: string | undefined;
};

const KNOWN = "file:DIR, elasticsearch+https://HOST, opensearch+https://HOST";

/**
 * @param url `file:DIR`, relative or absolute, or the URL of a search engine after `elasticsearch+` or `opensearch+`
 * @throws UnusableStore for a scheme that no store answers to, or a store that is not there
 */
export async function openLogStore(url: string, access: LogStoreAccess = {}): Promise<LogStore> {
  const [, scheme, rest = ""] = /^([a-z][a-z0-9+]*):(.+)$/s.exec(url) ?? [];
  switch (scheme) {
    case "file":
      return openFiles(url, rest);
    case "elasticsearch+https":
    case "elasticsearch+http":
    case "opensearch+https":
    case "opensearch+http":
      return openSearchEngine(url, scheme, access);
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

function openSearchEngine(url: string, scheme: string, access: LogStoreAccess): LogStore {
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
  return createElasticsearchStore(`${parsed.origin}${parsed.pathname.replace(/\/+$/, "")}`, {
    credentials,
  });
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
