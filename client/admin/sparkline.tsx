import classes from "./admin.module.css";
import { numberText } from "./amounts.js";

const width = 160;
const height = 34;

/** Points of a line through the values, from 0 at the bottom to the highest at the top. */
export function linePoints(values: readonly number[]): string {
  const top = Math.max(...values, 1);
  const step = width / Math.max(values.length - 1, 1);
  return values
    .map(
      (value, index) =>
        `${(index * step).toFixed(1)},${(height - 2 - (value / top) * (height - 4)).toFixed(1)}`,
    )
    .join(" ");
}

/** The last minutes of a number as a small line. */
export function Sparkline({ label, values }: { label: string; values: readonly number[] }) {
  if (values.length < 2) return null;
  const points = linePoints(values);
  const highest = numberText(Math.max(...values));
  return (
    <svg
      className={classes.spark}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`${label} lately, at most ${highest}`}
    >
      <polygon className={classes.sparkArea} points={`0,${height} ${points} ${width},${height}`} />
      <polyline className={classes.sparkLine} points={points} vectorEffect="non-scaling-stroke" />
    </svg>
  );
}
