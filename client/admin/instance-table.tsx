import { Badge, Table, Text } from "@mantine/core";
import type { InstanceRole, InstanceStatus, InstanceView } from "../../shared/cluster.js";
import classes from "./admin.module.css";
import { durationText, memoryText, numberText } from "./amounts.js";
import type { LostInstance } from "./cluster-view.js";
import { DrainButton } from "./drain-button.js";

const heartbeatWarnMs = 30_000;
const colors: Record<InstanceStatus, string> = {
  starting: "blue",
  ok: "green",
  degraded: "orange",
  draining: "gray",
};
const roleOrder: Record<InstanceRole, number> = { node: 0, emitter: 1, worker: 2 };

function Status({ status }: { status: InstanceStatus | "lost" }) {
  return (
    <Badge variant="dot" color={status === "lost" ? "red" : colors[status]} tt="none">
      {status}
    </Badge>
  );
}

/** `ageMs` is the age of the look: heartbeats go on growing older without news. */
function Live({ instance, ageMs, now }: { instance: InstanceView; ageMs: number; now: number }) {
  const heartbeatMs = instance.heartbeatAgeMs + ageMs;
  const late = heartbeatMs > heartbeatWarnMs;
  return (
    <Table.Tr>
      <Table.Th scope="row">{instance.instanceId}</Table.Th>
      <Table.Td>{instance.role}</Table.Td>
      <Table.Td>
        <Status status={instance.status} />
      </Table.Td>
      <Table.Td className={classes.number}>{numberText(instance.connectedClients)}</Table.Td>
      <Table.Td className={classes.number} data-late={late || undefined}>
        {late && "⚠ "}
        {numberText(heartbeatMs / 1000)} s
      </Table.Td>
      <Table.Td className={classes.number}>{memoryText(instance.rssBytes)}</Table.Td>
      <Table.Td className={classes.number}>{numberText(instance.eventLoopLagMs)} ms</Table.Td>
      <Table.Td className={classes.number}>{durationText(now - instance.startedAt)}</Table.Td>
      <Table.Td>{instance.version}</Table.Td>
      <Table.Td className={classes.number}>{instance.pid}</Table.Td>
      <Table.Td>
        <DrainButton instance={instance} />
      </Table.Td>
    </Table.Tr>
  );
}

function Lost({ lost: { instance, lostAt }, now }: { lost: LostInstance; now: number }) {
  return (
    <Table.Tr className={classes.lost}>
      <Table.Th scope="row">
        <s>{instance.instanceId}</s>
      </Table.Th>
      <Table.Td>{instance.role}</Table.Td>
      <Table.Td>
        <Status status="lost" />
      </Table.Td>
      <Table.Td colSpan={5}>missing for {durationText(now - lostAt)}</Table.Td>
      <Table.Td>{instance.version}</Table.Td>
      <Table.Td className={classes.number}>{instance.pid}</Table.Td>
      <Table.Td />
    </Table.Tr>
  );
}

interface Props {
  instances: readonly InstanceView[];
  lost: readonly LostInstance[];
  ageMs: number;
  now: number;
}

/** Every instance of the cluster, lost ones at the end. */
export function InstanceTable({ instances, lost, ageMs, now }: Props) {
  const sorted = [...instances].sort(
    (a, b) => roleOrder[a.role] - roleOrder[b.role] || a.instanceId.localeCompare(b.instanceId),
  );
  return (
    <Table.ScrollContainer
      minWidth={920}
      scrollAreaProps={{ viewportProps: { tabIndex: 0, "aria-label": "Instances" } }}
    >
      <Table verticalSpacing={9} className={classes.table}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Instance</Table.Th>
            <Table.Th>Role</Table.Th>
            <Table.Th>Status</Table.Th>
            <Table.Th className={classes.number}>Connections</Table.Th>
            <Table.Th className={classes.number}>Heartbeat</Table.Th>
            <Table.Th className={classes.number}>Memory</Table.Th>
            <Table.Th className={classes.number}>Loop lag p99</Table.Th>
            <Table.Th className={classes.number}>Uptime</Table.Th>
            <Table.Th>Version</Table.Th>
            <Table.Th className={classes.number}>PID</Table.Th>
            <Table.Th aria-label="Actions" />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {sorted.map((instance) => (
            <Live key={`${instance.instanceId} ${instance.boot}`} {...{ instance, ageMs, now }} />
          ))}
          {lost.map((one) => (
            <Lost key={`${one.instance.instanceId} ${one.instance.boot}`} lost={one} now={now} />
          ))}
        </Table.Tbody>
      </Table>
      {sorted.length === 0 && (
        <Text c="dimmed" p="sm">
          No instance is known.
        </Text>
      )}
    </Table.ScrollContainer>
  );
}
