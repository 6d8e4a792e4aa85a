/** Lines in a box, a blank column at each side. */
export function box(lines: string[]): string {
  const width = Math.max(...lines.map((line) => line.length));
  const rows = lines.map((line) => `│ ${line.padEnd(width)} │`);
  const edge = "─".repeat(width + 2);
  return [`╭${edge}╮`, ...rows, `╰${edge}╯`].join("\n");
}

/** What somebody who has just started the cluster wants to know. */
export interface BannerFacts {
  url: string;
  nodes: { instanceId: string; url: string }[];
  adminName: string;
  /** Only where the admin was made just now, and with a password nobody knows yet. */
  adminPassword?: string;
  seconds: number;
  dataDir: string;
}

function row(label: string, text: string): string {
  return `  ${label.padEnd(11)}${text}`;
}

/** The text printed when everything is ready. */
export function banner(facts: BannerFacts): string {
  const [first, ...others] = facts.nodes.map(({ instanceId, url }) => `${url}  ${instanceId}`);
  const admin = facts.adminPassword
    ? [row("Admin", facts.adminName), row("Password", `${facts.adminPassword}   (shown only this once)`)]
    : [row("Admin", facts.adminName)];
  return box([
    `Parley is running, ${facts.seconds.toFixed(1)} s after its start.`,
    "",
    row("Chat", facts.url),
    row("Dashboard", `${facts.url}/admin`),
    row("Each node", first ?? ""),
    ...others.map((other) => row("", other)),
    ...admin,
    row("Data", facts.dataDir),
    "",
    "Ctrl-C stops all of it.",
  ]);
}
