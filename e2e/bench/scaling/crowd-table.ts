import { markdownTable, readable } from "../tables.js";
import { anywhere, byTeam, drawCrowd, measurePlacement } from "./placement.js";
import { populationOf } from "./population.js";
import type { Costs } from "./costs.js";

const connections = 20_000;
const nodes = 20;
/** Users of one team on one node: half of what a node has. */
const most = connections / nodes / 2;
const seed = 20_260;

/** Node and Redis CPU of one message beside its own: its further nodes, and what Redis hands on. */
const furtherMicros = ({ furtherNode, redisDelivery }: Costs, nodesOfMessage: number) =>
  (nodesOfMessage - 1) * furtherNode + nodesOfMessage * redisDelivery;

/** Placement in a drawn crowd, for several parts of users' other rooms that are of the same team. */
export function crowdTable(costs: Costs): string {
  const lines = [0, 0.8, 0.95, 1].flatMap((withinTeam) => {
    const crowd = drawCrowd(populationOf(connections), withinTeam, seed);
    const ways = {
      "anywhere (ip_hash)": anywhere(crowd, nodes, seed),
      "teams, by hash": byTeam(crowd, nodes, { most, directory: false, seed }),
      "teams, by directory": byTeam(crowd, nodes, { most, directory: true, seed }),
    };
    return Object.entries(ways).map(([way, nodeOf]) => {
      const { nodesOfMessage, expected, hottest } = measurePlacement(crowd, nodes, nodeOf);
      return [
        `${withinTeam * 100} %`,
        way,
        readable(nodesOfMessage),
        way.startsWith("anywhere") ? readable(expected) : "-",
        readable(furtherMicros(costs, nodesOfMessage)),
        readable(hottest),
      ];
    });
  });
  return markdownTable(
    [
      "rooms within the team",
      "users go",
      "nodes of a message",
      "by the formula",
      "µs a message for further nodes",
      "busiest node, times the mean",
    ],
    lines,
  );
}
