import type { Virtualizer } from "@tanstack/react-virtual";
import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";

/** This near to the newest message counts as being there. */
export const endSpace = 80;
// Any step of the user away from the end must win against keeping it in view.
const keptSpace = 2;

/** The virtual list of messages. */
export type List = Virtualizer<HTMLDivElement, Element>;

/**
 * Keeps the newest message in view from the start until the user scrolls away, however messages, banners or the
 * composer change the heights: sizes are estimates until drawn. Tells whether the end is in view, and whether it is
 * `kept` there.
 */
export function useKeptEnd(list: List, scroller: RefObject<HTMLDivElement | null>) {
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
  return { atEnd, kept, handleScroll };
}
