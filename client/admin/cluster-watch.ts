import { useEffect, useReducer, useState } from "react";
import type { ErrorBody } from "../../shared/errors.js";
import { api, errorOf } from "../api.js";
import { createAdminSocket } from "../chat/socket.js";
import { type ClusterView, emptyClusterView, reduceCluster } from "./cluster-view.js";

// The server tells every 2 s; where it is silent, HTTP may still answer.
const lookMs = 5000;
const refusedRetryMs = 2000;

/** The cluster as it is told while the dashboard is open; `error` is that of the last look that failed. */
export function useClusterWatch(): { view: ClusterView; error: ErrorBody | null } {
  const [view, dispatch] = useReducer(reduceCluster, emptyClusterView);
  const [error, setError] = useState<ErrorBody | null>(null);

  useEffect(() => {
    let open = true;
    let heardAt = 0;
    async function look(): Promise<void> {
      try {
        const health = await api.cluster();
        if (!open) return;
        dispatch({ kind: "health", health, now: Date.now() });
        setError(null);
      } catch (thrown) {
        if (open) setError(errorOf(thrown));
      }
    }

    void look();
    const timer = setInterval(() => {
      if (Date.now() - heardAt > lookMs) void look();
    }, lookMs);
    const socket = createAdminSocket();
    socket?.on("cluster:health", (health) => {
      heardAt = Date.now();
      dispatch({ kind: "health", health, now: heardAt });
      setError(null);
    });
    socket?.on("cluster:event", (event) => dispatch({ kind: "event", event, now: Date.now() }));
    let retry: ReturnType<typeof setTimeout> | undefined;
    socket?.on("connect_error", (refusal) => {
      const { data } = refusal as { data?: { retryable?: boolean } };
      // Refused for a while: a namespace does not come back by itself.
      if (socket.active || data?.retryable !== true) return;
      retry = setTimeout(() => socket.connect(), refusedRetryMs * (1 + Math.random()));
    });
    socket?.connect();
    return () => {
      open = false;
      clearTimeout(retry);
      clearInterval(timer);
      socket?.off();
      socket?.disconnect();
    };
  }, []);

  return { view, error };
}
