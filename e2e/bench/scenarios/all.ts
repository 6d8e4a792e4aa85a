import { appends } from "./appends.js";
import { capacity } from "./capacity.js";
import { idle, storm } from "./connections.js";
import { fanOut } from "./fan-out.js";
import { behindNginx } from "./nginx.js";
import { crossNode } from "./nodes.js";
import { overhead } from "./overhead.js";
import { profiles } from "./profile.js";
import { reconnect } from "./reconnect.js";
import type { Scenario } from "./scenario.js";
import { seal } from "./seal.js";
import { writers } from "./writers.js";

/** Everything that can be measured, in order. */
export const scenarios: readonly Scenario[] = [
  fanOut,
  capacity,
  appends,
  writers,
  storm,
  idle,
  crossNode,
  overhead,
  behindNginx,
  reconnect,
  seal,
  profiles,
];
