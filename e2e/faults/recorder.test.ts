import { describe, expect, it } from "vitest";
import type { RoomEvent } from "../../shared/room-events.js";
import { createRecorder } from "./recorder.js";

const sender = { id: "ann", name: "ann", role: "guest" as const };
const event = (offset: number): RoomEvent => ({
  kind: "message",
  offset,
  id: `m${offset}`,
  at: 0,
  sender,
  clientId: `c${offset}`,
  text: "x",
});
const [one, two, three] = [event(1), event(2), event(3)] as const;

function stepsOf(...shown: (readonly RoomEvent[])[]): { kept: number; added: number[] }[] {
  const { record, openView } = createRecorder();
  const view = openView({ client: "ann", node: null, room: "general" });
  for (const events of shown) view.show(events);
  return (record.views[0]?.steps ?? []).map(({ kept, added }) => ({ kept, added }));
}

describe("a recorded view", () => {
  it("tells what each change added", () => {
    expect(stepsOf([one], [one, two, three])).toEqual([
      { kept: 0, added: [1] },
      { kept: 1, added: [2, 3] },
    ]);
  });

  it("tells nothing where nothing changed", () => {
    const same = [one, two];
    expect(stepsOf(same, same)).toEqual([{ kept: 0, added: [1, 2] }]);
  });

  it("tells as shown anew what did not stay at its place", () => {
    const anew = { kept: 0, added: [2, 1, 3] };
    expect(stepsOf([one, two], [two, one, three])).toEqual([{ kept: 0, added: [1, 2] }, anew]);
    expect(stepsOf([one, two], [])).toEqual([
      { kept: 0, added: [1, 2] },
      { kept: 0, added: [] },
    ]);
  });
});
