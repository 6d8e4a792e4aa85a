import { useChat } from "../store.js";

/** Names the room in the page's title, with the number of unread messages before it. */
export function DocumentTitle() {
  const unread = useChat((state) => Object.values(state.views).reduce((sum, view) => sum + view.unread, 0));
  const room = useChat(
    (state) => state.rooms.find((one) => one.id === state.current)?.title ?? state.current,
  );
  const count = unread > 0 ? `(${unread > 99 ? "99+" : unread}) ` : "";
  return <title>{`${count}${room ? `${room} · ` : ""}Parley`}</title>;
}
