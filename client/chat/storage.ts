/** Reads a kept value; null when there is none, or when it cannot be read or does not fit. */
export function loadKept<T>(key: string, fits: (value: unknown) => value is T): T | null {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(key) ?? "null");
    return fits(value) ? value : null;
  } catch {
    return null;
  }
}

/** Keeps a value for the next page; where the browser refuses, it lives as long as this page. */
export function keep(key: string, value: unknown): void {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Full, or forbidden by the user's settings.
  }
}

/** Forgets a kept value. */
export function drop(key: string): void {
  try {
    localStorage.removeItem(key);
  } catch {
    // Forbidden: nothing was kept either.
  }
}

/** The keys of all kept values. */
export function keptKeys(): string[] {
  try {
    return Object.keys(localStorage);
  } catch {
    return [];
  }
}
