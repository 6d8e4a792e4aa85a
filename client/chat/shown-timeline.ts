import type { Timeline } from "../../shared/timeline.js";
import { changeView, useChat } from "../store.js";
import { readRoom } from "./reading.js";

/** Shows what a room's timeline has now; what waited for an event in it waits no more. */
export function showTimeline(room: string, timeline: Timeline): void {
  const position = timeline.position();
  if (position === null) return;
  const { accepted } = useChat.getState();
  const open = accepted.filter(({ action, offset }) => action.input.room !== room || offset > position);
  if (open.length < accepted.length) useChat.setState({ accepted: open });
  changeView(room, (view) => {
    const events = timeline.events();
    const last = view.events.at(-1)?.offset ?? Infinity;
    return {
      events,
      hasOlder: timeline.hasOlder(),
      startedAnew: view.startedAnew || (events[0]?.offset ?? 0) > last + 1,
    };
  });
  readRoom(room);
}
