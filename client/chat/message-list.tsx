import { Alert, Button } from "@mantine/core";
import { IconArrowDown } from "@tabler/icons-react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef, useState } from "react";
import type { FoldedMessage } from "../../shared/room-state.js";
import type { User } from "../../shared/values.js";
import type { RoomView } from "../store.js";
import { react } from "./actions.js";
import classes from "./chat.module.css";
import { DeleteDialog } from "./delete-dialog.js";
import { changeDraft, editing, replying } from "./drafts.js";
import { useFoundRow } from "./found-row.js";
import { endSpace, useKeptEnd } from "./kept-end.js";
import { type ListContext, ListContextProvider } from "./list-context.js";
import { ListTop, topSpace } from "./list-top.js";
import { Row } from "./message-row.js";
import { useRoomRows } from "./room-rows.js";
import { loadOlder, trimRoom } from "./rooms.js";

/** The room's messages, only those in view drawn; it stays at the end while it is there. */
export function MessageList(props: {
  room: string;
  title: string;
  user: User;
  view: RoomView;
  moderator: boolean;
}) {
  const { room, view, user, moderator } = props;
  const [doomed, setDoomed] = useState<FoldedMessage | null>(null);
  const [found, setFound] = useFoundRow();
  const [problem, setProblem] = useState<string | null>(null);
  const rows = useRoomRows(room, view.events, user);

  const scroller = useRef<HTMLDivElement>(null);
  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    getItemKey: (index) => rows[index]?.key ?? index,
    estimateSize: () => 52,
    overscan: 8,
    paddingStart: topSpace,
    paddingEnd: 12,
    anchorTo: "end",
    followOnAppend: true,
    scrollEndThreshold: endSpace,
  });
  const { atEnd, kept, handleScroll } = useKeptEnd(list, scroller);
  useEffect(() => {
    if (kept.current) trimRoom(room);
  }, [kept, room, view.events]);
  const items = list.getVirtualItems();
  const nearTop = (items[0]?.index ?? 0) <= 2 && !atEnd;
  const loadsItself = view.hasOlder && !view.loadingOlder && !view.startedAnew;
  useEffect(() => {
    if (nearTop && loadsItself) void loadOlder(room);
  }, [nearTop, loadsItself, room]);

  // One's own message is what one wants to see, wherever the list stood.
  const last = rows.at(-1);
  const sent = last?.kind === "waiting" && last.entry.error === null ? last.key : null;
  useEffect(() => {
    if (sent !== null) list.scrollToEnd();
  }, [sent, list]);

  // The same until the rows change: scrolling draws no row anew.
  const context = useMemo<ListContext>(
    () => ({
      user,
      moderator,
      goTo({ event }) {
        const index = rows.findIndex((row) => row.kind === "stored" && row.message.event === event);
        if (index < 0) return;
        list.scrollToIndex(index, { align: "center" });
        setFound(rows[index]?.key ?? null);
      },
      reply: (message) => changeDraft(room, (draft) => replying(draft, message)),
      edit: (message) => changeDraft(room, (draft) => editing(draft, message)),
      remove: setDoomed,
      react(message, emoji, on) {
        try {
          react(room, message.event.id, emoji, on);
        } catch (thrown) {
          setProblem(thrown instanceof Error ? thrown.message : "It could not be taken");
        }
      },
    }),
    [room, user, moderator, rows, list, setFound],
  );

  return (
    <div className={classes.middle}>
      <div
        ref={scroller}
        className={classes.scroller}
        role="log"
        aria-label={`Messages in ${props.title}`}
        aria-live={atEnd ? "polite" : "off"}
        tabIndex={0}
        onScroll={handleScroll}
      >
        <div className={classes.sizer} style={{ height: list.getTotalSize() }}>
          <ListTop room={room} title={props.title} view={view} />
          <ListContextProvider value={context}>
            {items.map((item) => {
              const row = rows[item.index];
              return (
                row && (
                  <div
                    key={item.key}
                    data-index={item.index}
                    data-found={row.key === found || undefined}
                    ref={list.measureElement}
                    className={classes.item}
                    style={{ transform: `translateY(${item.start}px)` }}
                  >
                    <Row row={row} />
                  </div>
                )
              );
            })}
          </ListContextProvider>
        </div>
      </div>
      {problem !== null && (
        <Alert
          className={classes.problem}
          color="red"
          role="alert"
          withCloseButton
          onClose={() => setProblem(null)}
        >
          {problem}
        </Alert>
      )}
      {!atEnd && (
        <Button
          className={classes.toEnd}
          variant="default"
          size="xs"
          radius="xl"
          leftSection={<IconArrowDown size={15} aria-hidden />}
          onClick={() => list.scrollToEnd()}
        >
          Latest messages
        </Button>
      )}
      {doomed && <DeleteDialog room={room} message={doomed} onClose={() => setDoomed(null)} />}
    </div>
  );
}
