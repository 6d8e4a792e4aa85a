import { Alert, Box, Paper, Skeleton, Stack, Title } from "@mantine/core";
import { useNow } from "../ui/now.js";
import classes from "./admin.module.css";
import { durationText } from "./amounts.js";
import { AnnouncementForm } from "./announcement-form.js";
import { useClusterWatch } from "./cluster-watch.js";
import { EventFeed } from "./event-feed.js";
import { InstanceTable } from "./instance-table.js";
import { SummaryCards } from "./summary-cards.js";

const staleMs = 5000;

function Notices({ ageMs, error }: { ageMs: number | null; error: string | null }) {
  if (ageMs !== null && ageMs > staleMs) {
    return (
      <Alert color="yellow" role="status" title="This view is stale">
        Nothing new for {durationText(ageMs)}. What you see is the last known state.
      </Alert>
    );
  }
  if (ageMs === null && error !== null) {
    return (
      <Alert color="red" role="alert" title="The cluster cannot be shown">
        {error}
      </Alert>
    );
  }
  return null;
}

/** The state of the cluster, live; what was last known stays when nothing new comes. */
export function Dashboard() {
  const { view, error } = useClusterWatch();
  const now = useNow(1000);
  const ageMs = view.receivedAt === null ? null : Math.max(0, now - view.receivedAt);
  return (
    <Box component="main" className={classes.main}>
      <Stack gap="lg">
        <Title order={1} fz={24}>
          Cluster
        </Title>
        <Notices ageMs={ageMs} error={error?.message ?? null} />
        {view.health === null || ageMs === null ? (
          error === null && <Skeleton h={320} radius="lg" aria-label="Loading the cluster" />
        ) : (
          <>
            <SummaryCards health={view.health} history={view.history} ageMs={ageMs} />
            <Paper className={classes.panel} withBorder>
              <Title order={2} fz={16} mb="sm">
                Instances
              </Title>
              <InstanceTable instances={view.health.instances} lost={view.lost} ageMs={ageMs} now={now} />
            </Paper>
          </>
        )}
        <Box className={classes.pair}>
          <Paper className={classes.panel} withBorder>
            <Title order={2} fz={16} mb="sm">
              Events
            </Title>
            <EventFeed events={view.events} />
          </Paper>
          <Paper className={classes.panel} withBorder>
            <Title order={2} fz={16} mb="sm">
              Announcement
            </Title>
            <AnnouncementForm />
          </Paper>
        </Box>
      </Stack>
    </Box>
  );
}
