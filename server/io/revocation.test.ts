import { EventEmitter } from "node:events";
import { expect, it, vi } from "vitest";
import type { User } from "../../shared/values.js";
import type { HeldSession, Verdict } from "../accounts/validity.js";
import { silent } from "../test/services.js";
import { createRevocation } from "./revocation.js";
import { receiveVisitors } from "./visitor.js";

const ann: User = { id: "0199a000-0000-7000-8000-000000000001", name: "Ann", role: "guest" };

/** A socket as it stands after its handshake. */
function openSocket(user: User) {
  const ended: string[] = [];
  const engine = Object.assign(new EventEmitter(), { use() {} });
  receiveVisitors(
    { engine } as never,
    () => {},
    () => "10.0.0.1",
  );
  const conn = { request: { session: { user }, sessionID: "s1" }, close: () => void ended.push("closed") };
  engine.emit("connection", conn);
  const socket = {
    id: "x1",
    data: { user },
    nsp: { name: "/" },
    conn,
    emit: (_name: string, { reason }: { reason: string }) => ended.push(reason),
    disconnect: () => {},
  };
  return { socket: socket as never, ended };
}

function build(judge: (held: HeldSession[]) => Promise<Verdict[]>, user = ann) {
  const revocation = createRevocation({ judge, onUser: () => {}, log: silent });
  const { socket, ended } = openSocket(user);
  revocation.hold(socket);
  return { revocation, ended };
}

it("looks once more for all who ask while it looks", async () => {
  let answer: () => void = () => {};
  const judge = vi.fn(
    (held: HeldSession[]) =>
      new Promise<Verdict[]>((resolve) => (answer = () => resolve(held.map(() => ({ user: ann }))))),
  );
  const { revocation } = build(judge);
  for (let i = 0; i < 500; i += 1) revocation.check();
  expect(judge).toHaveBeenCalledTimes(1);
  answer();
  await vi.waitFor(() => expect(judge).toHaveBeenCalledTimes(2));
  answer();
  revocation.stop();
});

it("ends who is named at once, though a look at all is on its way", async () => {
  const judge = vi
    .fn<(held: HeldSession[]) => Promise<Verdict[]>>()
    .mockImplementationOnce(() => new Promise(() => {}))
    .mockResolvedValueOnce([{ ended: "banned" }]);
  const { revocation, ended } = build(judge);
  revocation.check();
  revocation.check([ann.id]);
  await vi.waitFor(() => expect(ended).toEqual(["banned"]));
  revocation.stop();
});

it("has who is no admin any more come back, as he may be where only admins are", async () => {
  const eve: User = { ...ann, role: "admin" };
  let role: User["role"] = "admin";
  const judge = vi.fn(() => Promise.resolve<Verdict[]>([{ user: { ...eve, role } }]));
  const { revocation, ended } = build(judge, eve);
  const look = async () => {
    revocation.check([eve.id]);
    await judge.mock.results.at(-1)?.value;
  };
  await look();
  expect(ended).toEqual([]);
  role = "member";
  await look();
  await vi.waitFor(() => expect(ended).toEqual(["closed"]));
  await look();
  expect(ended).toEqual(["closed"]);
  revocation.stop();
});
