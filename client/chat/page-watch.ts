/** What a page's surroundings tell it. */
export interface PageEvents {
  /** The browser's network came or went. */
  network(): void;
  /** The page came into view, or went out of it. */
  visibility(): void;
  /** The user came back to the window. */
  focus(): void;
}

/** Listens until the returned function is called. */
export function watchPage({ network, visibility, focus }: PageEvents): () => void {
  window.addEventListener("online", network);
  window.addEventListener("offline", network);
  window.addEventListener("focus", focus);
  document.addEventListener("visibilitychange", visibility);
  return () => {
    window.removeEventListener("online", network);
    window.removeEventListener("offline", network);
    window.removeEventListener("focus", focus);
    document.removeEventListener("visibilitychange", visibility);
  };
}
