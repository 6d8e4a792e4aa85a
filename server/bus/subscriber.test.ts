import { expect, it } from "vitest";
import { baseChannel, everyRoomChannel, roomEventsChannel } from "./channels.js";
import { guardSubscriber } from "./subscriber.js";

it("follows rooms while Redis has not answered yet, though it was asked for the namespace", async () => {
  const asked: string[] = [];
  const silent = () => new Promise<void>(() => {});
  const subscriber = guardSubscriber(
    {
      add(name) {
        asked.push(name);
        return silent();
      },
      remove: silent,
      retry() {},
      isConfirmed: () => false,
      isComplete: () => false,
    },
    (listener) => listener,
    silent,
    () => {},
  );
  void subscriber.pSubscribe(`${baseChannel("/")}*`, () => {});
  // Patience ends: nobody's joining waits for Redis.
  await subscriber.followRoom("a");
  expect(asked).toEqual([baseChannel("/"), everyRoomChannel, roomEventsChannel("a")]);
});
