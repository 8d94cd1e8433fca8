// The names of the log sources that a request may speak of.
import * as z from "zod";

/** Logs of the application and of the other components of the production stack. */
const APPLICATION_SOURCES = [
  "application",
  "audit",
  "api",
  "production",
  "auth",
  "gitaly",
  "shell",
  "sidekiq",
  "git",
  "graphql",
  "workhorse",
  "pages",
  "registry",
  "integrations",
  "web_hooks",
  "exceptions",
  "features",
  "geo",
  "ci_resource_groups",
  "elasticsearch",
  "performance_bar",
  "product_usage_data",
  "service_measurement",
  "update_mirror",
] as const;

/**
 * Access logs (HTTP requests). The process has no log-dives on them; a request may name them, so that it is
 * told so (customer-incident assistance, "Access logs").
 */
const ACCESS_SOURCES = ["access", "nginx", "haproxy", "http", "cdn"] as const;

export const LogSource = z.enum([...APPLICATION_SOURCES, ...ACCESS_SOURCES]);
