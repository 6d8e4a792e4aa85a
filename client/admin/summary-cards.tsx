import { Group, Paper, SimpleGrid, Text } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck } from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { ClusterHealth } from "../../shared/cluster.js";
import classes from "./admin.module.css";
import { durationText, numberText } from "./amounts.js";
import { countClients, type Sample } from "./cluster-view.js";
import { Sparkline } from "./sparkline.js";

function Card({ label, value, children }: { label: string; value: ReactNode; children?: ReactNode }) {
  return (
    <Paper className={classes.card} withBorder>
      <Text fz="sm" c="dimmed">
        {label}
      </Text>
      <div className={classes.value}>{value}</div>
      <div className={classes.cardFoot}>{children}</div>
    </Paper>
  );
}

function rolesText(health: ClusterHealth): string {
  const counts = new Map<string, number>();
  for (const { role } of health.instances) counts.set(role, (counts.get(role) ?? 0) + 1);
  return [...counts].map(([role, count]) => `${count} ${role}${count > 1 ? "s" : ""}`).join(", ");
}

interface Props {
  health: ClusterHealth;
  history: readonly Sample[];
  ageMs: number;
}

/** The cluster in five numbers. */
export function SummaryCards({ health, history, ageMs }: Props) {
  const { guests, members, admins } = health.presence;
  return (
    <SimpleGrid cols={{ base: 2, md: 3, lg: 5 }} spacing="md">
      <Card
        label="State"
        value={
          <Group gap={8} wrap="nowrap" c={health.degraded ? "var(--parley-warn)" : "var(--parley-accent)"}>
            {health.degraded ? <IconAlertTriangle aria-hidden /> : <IconCircleCheck aria-hidden />}
            {health.degraded ? "Degraded" : "Healthy"}
          </Group>
        }
      >
        {health.degraded ? `Redis silent, state ${durationText(health.ageMs)} old. ` : ""}
        {health.distributedMode ? "" : "One node alone. "}
        {`Seen by ${health.instanceId}, ${durationText(ageMs)} ago`}
      </Card>
      <Card label="Instances live" value={health.instances.length}>
        {rolesText(health)}
      </Card>
      <Card label="Connected clients" value={numberText(countClients(health))}>
        <Sparkline label="Connected clients" values={history.map((sample) => sample.clients)} />
      </Card>
      <Card label="Messages per second" value={numberText(health.messagesPerSecond)}>
        <Sparkline label="Messages per second" values={history.map((sample) => sample.messagesPerSecond)} />
      </Card>
      <Card label="Users online" value={numberText(guests + members + admins)}>
        {`${members} members, ${guests} guests, ${admins} admins`}
      </Card>
    </SimpleGrid>
  );
}
