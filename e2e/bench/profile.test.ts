import { expect, it } from "vitest";
import { selfTimes } from "./profile.js";

it("adds up a function's samples, wherever it was called from, and leaves idle time out", () => {
  const frame = (functionName: string, url = "", lineNumber = 0) => ({ functionName, url, lineNumber });
  const profile = {
    nodes: [
      { id: 1, callFrame: frame("(idle)") },
      { id: 2, callFrame: frame("send", "file:///here/dist/server/io/chat.js", 9) },
      { id: 3, callFrame: frame("write", "file:///here/dist/x/node_modules/ws/lib/sender.js", 4) },
      { id: 4, callFrame: frame("send", "file:///here/dist/server/io/chat.js", 9) },
    ],
    samples: [1, 2, 3, 4],
    timeDeltas: [1000, 10, 20, 10],
  };
  expect(selfTimes(profile, 5)).toEqual([
    { name: "send server/io/chat.js:10", share: 0.5 },
    { name: "write ws/lib/sender.js:5", share: 0.5 },
  ]);
  expect(selfTimes(profile, 1)).toHaveLength(1);
});
