// Which issues of the tracker are information requests.
import type { Issue } from "../forge.ts";

export const REQUEST_LABEL = "information-request";

/** The hidden line of the template, anywhere in the text: authors write above it. */
const FORM_MARKER = /<!--\s*seclog:form\s+information_request\b/;

/**
 * An issue is looked at when it carries the form's hidden line or the label that the template sets.
 * This decides only whether we look, never what we decide: to look too often is harmless.
 */
export const isInformationRequest = (issue: Pick<Issue, "description" | "labels">): boolean =>
  issue.labels.includes(REQUEST_LABEL) || FORM_MARKER.test(issue.description);
