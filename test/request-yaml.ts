// A request file as the tests of a dive put it: one account, two days.
type Asked = { readonly events: string; readonly sources: string; readonly to?: string };

/** @param asked events and sources as YAML lists without brackets; `to`: the day on which the window ends */
export const requestYaml = ({
  events,
  sources,
  to = "2026-11-18",
}: Asked): string => `apiVersion: v1
kind: information_request
id: IR-2026-0042
issue: 42
account: { path: acme-corp, id: 12345 }
window: { from: "2026-11-16T00:00:00Z", to: "${to}T00:00:00Z" }
resources: { groups: [acme-corp/payments], projects: [acme-corp/payments/api], users: [acme-jdoe] }
event_types: [${events}]
log_sources: [${sources}]
`;
