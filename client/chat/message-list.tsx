import { Button, Loader, Text } from "@mantine/core";
import { IconArrowDown } from "@tabler/icons-react";
import { useVirtualizer, type Virtualizer } from "@tanstack/react-virtual";
import { type RefObject, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { User } from "../../shared/values.js";
import { type RoomView, useChat } from "../store.js";
import classes from "./chat.module.css";
import { createMessageRows } from "./message-rows.js";
import { Row } from "./message-row.js";
import { loadOlder } from "./rooms.js";

const topSpace = 64;
// This near to the newest message counts as being there.
const endSpace = 80;
// Any step of the user away from the end must win against keeping it in view.
const keptSpace = 2;

type List = Virtualizer<HTMLDivElement, Element>;

/**
 * Keeps the newest message in view from the start until the user scrolls away, however messages, banners or the
 * composer change the heights: sizes are estimates until drawn. Tells whether the end is in view.
 */
function useKeptEnd(list: List, scroller: RefObject<HTMLDivElement | null>) {
  const kept = useRef(true);
  const [atEnd, setAtEnd] = useState(true);
  const size = list.getTotalSize();
  useLayoutEffect(() => {
    if (!kept.current) return;
    list.scrollToEnd();
    setAtEnd(true);
  }, [list, size]);
  useEffect(() => {
    const element = scroller.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => {
      if (kept.current) list.scrollToEnd();
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [list, scroller]);
  function handleScroll(): void {
    const element = scroller.current;
    if (!element) return;
    // Of the page, not of the list's estimates.
    const distance = element.scrollHeight - element.clientHeight - element.scrollTop;
    kept.current = distance <= keptSpace;
    setAtEnd(distance <= endSpace);
  }
  return { atEnd, handleScroll };
}

/** The room's messages, only those in view drawn; it stays at the end while it is there. */
export function MessageList(props: { room: string; title: string; user: User; view: RoomView }) {
  const { room, view, user } = props;
  const outgoing = useChat((state) => state.outgoing);
  const accepted = useChat((state) => state.accepted);
  const rows = useMemo(() => {
    const waiting = [...accepted, ...outgoing].filter((entry) => entry.room === room);
    return createMessageRows(view.events, waiting, user);
  }, [view.events, accepted, outgoing, room, user]);

  const scroller = useRef<HTMLDivElement>(null);
  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    getItemKey: (index) => rows[index]?.key ?? index,
    estimateSize: (index) => (rows[index]?.kind === "day" ? 44 : 52),
    overscan: 8,
    paddingStart: topSpace,
    paddingEnd: 12,
    anchorTo: "end",
    followOnAppend: true,
    scrollEndThreshold: endSpace,
  });
  const { atEnd, handleScroll } = useKeptEnd(list, scroller);
  const items = list.getVirtualItems();
  const nearTop = (items[0]?.index ?? 0) <= 2 && !atEnd;
  useEffect(() => {
    if (nearTop && view.hasOlder && !view.loadingOlder) void loadOlder(room);
  }, [nearTop, view.hasOlder, view.loadingOlder, room]);

  // One's own message is what one wants to see, wherever the list stood.
  const last = rows.at(-1);
  const sent = last?.kind === "waiting" && last.entry.error === null ? last.key : null;
  useEffect(() => {
    if (sent !== null) list.scrollToEnd();
  }, [sent, list]);

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
          <div className={classes.top} style={{ height: topSpace }}>
            {view.loadingOlder ? (
              <Loader size="sm" type="dots" aria-label="Loading older messages" />
            ) : view.hasOlder ? (
              <Button variant="subtle" size="compact-sm" onClick={() => void loadOlder(room)}>
                Load older messages
              </Button>
            ) : (
              <Text fz="sm" c="dimmed">
                {rows.length === 0
                  ? "No messages yet. Say hello!"
                  : `This is the beginning of ${props.title}.`}
              </Text>
            )}
          </div>
          {items.map((item) => {
            const row = rows[item.index];
            return (
              row && (
                <div
                  key={item.key}
                  data-index={item.index}
                  ref={list.measureElement}
                  className={classes.item}
                  style={{ transform: `translateY(${item.start}px)` }}
                >
                  <Row row={row} />
                </div>
              )
            );
          })}
        </div>
      </div>
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
    </div>
  );
}
