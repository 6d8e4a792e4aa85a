/** Resolves with the first value that is not null, undefined or false; rejects after `withinMs`, saying what was awaited. */
export async function eventually<T>(
  awaited: string,
  look: () => T | Promise<T>,
  withinMs = 10_000,
): Promise<NonNullable<Exclude<T, false>>> {
  const end = performance.now() + withinMs;
  let last: unknown;
  do {
    try {
      const value = await look();
      if (value !== null && value !== undefined && value !== false)
        return value as NonNullable<Exclude<T, false>>;
      last = value;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  } while (performance.now() < end);
  throw new Error(`not within ${withinMs} ms: ${awaited} (last seen: ${String(last)})`);
}
