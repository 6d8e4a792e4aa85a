/** The setting that a name was meant to be, null where it is nothing like one. */
export function nearMiss(name: string, settings: Iterable<string>): string | null {
  for (const setting of settings) if (isNearMiss(name, setting)) return setting;
  return null;
}

/** What a name of a duration is easily written without. */
const unit = "_MS";

/** Short names are left alone: HOME is no misspelt HOST. */
function isNearMiss(name: string, setting: string): boolean {
  if (name.toUpperCase() === setting || name.toUpperCase() + unit === setting) return true;
  if (setting.length < 6 || Math.abs(name.length - setting.length) > 2) return false;
  return editDistance(name.toUpperCase(), setting) <= (setting.length < 12 ? 1 : 2);
}

/** Damerau-Levenshtein distance: two swapped letters count as one mistake. */
function editDistance(a: string, b: string): number {
  const rows: number[][] = Array.from({ length: a.length + 1 }, (_, i) => [i]);
  const at = (i: number, j: number) => rows[i]?.[j] ?? 0;
  for (let j = 0; j <= b.length; j += 1) (rows[0] ?? [])[j] = j;
  for (let i = 1; i <= a.length; i += 1) {
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, at(i - 2, j - 2) + 1);
      (rows[i] ?? [])[j] = best;
    }
  }
  return at(a.length, b.length);
}
