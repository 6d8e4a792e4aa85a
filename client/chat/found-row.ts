import { useEffect, useState } from "react";

const foundMs = 1600;

/** The key of the row that was just looked for; it stands out for a moment. */
export function useFoundRow() {
  const [found, setFound] = useState<string | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => setFound(null), foundMs);
    return () => clearTimeout(timer);
  }, [found]);
  return [found, setFound] as const;
}
