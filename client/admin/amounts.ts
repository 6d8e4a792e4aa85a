const oneDigit = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });

/** A number with at most one digit after the point. */
export const numberText = (value: number): string => oneDigit.format(value);

/** Bytes as mebibytes. */
export const memoryText = (bytes: number): string => `${oneDigit.format(bytes / 1024 / 1024)} MiB`;

/** A duration in its largest fitting units. */
export function durationText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (seconds < 60) return `${seconds} s`;
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  if (hours < 24) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
