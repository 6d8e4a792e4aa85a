import { useChat } from "../store.js";
import { sumUnread, unreadText } from "./unread.js";

/** Names the room in the page's title, with the number of unread messages before it. */
export function DocumentTitle() {
  const views = useChat((state) => state.views);
  const unread = sumUnread(Object.values(views).map((view) => view.unread));
  const room = useChat(
    (state) => state.rooms.find((one) => one.id === state.current)?.title ?? state.current,
  );
  const count = unread.count > 0 ? `(${unreadText(unread)}) ` : "";
  return <title>{`${count}${room ? `${room} · ` : ""}Parley`}</title>;
}
