const time = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });
const day = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const dayOfYear = new Intl.DateTimeFormat(undefined, { dateStyle: "long" });

/** Hour and minute. */
export const timeText = (at: number): string => time.format(at);
/** Date and time in full. */
export const fullText = (at: number): string => full.format(at);

/** A day as people name it. */
export function dayText(at: number, now = Date.now()): string {
  const date = new Date(at);
  const daysAgo = (days: number) => {
    const other = new Date(now);
    other.setDate(other.getDate() - days);
    return date.toDateString() === other.toDateString();
  };
  if (daysAgo(0)) return "Today";
  if (daysAgo(1)) return "Yesterday";
  return date.getFullYear() === new Date(now).getFullYear() ? day.format(at) : dayOfYear.format(at);
}
