/** Key of the adapter and the emitter: their channels are `chat:io#…`, `chat:io-request#…`, `chat:io-response#…`. */
export const adapterKey = "chat:io";

/** The channel of a namespace that every node with it listens to. */
export const baseChannel = (namespace: string) => `${adapterKey}#${namespace}#`;

/** Where what is for rooms that every node listens to is said to all of them together. */
export const everyRoomChannel = `${baseChannel("/")}rooms`;

/** Socket.IO room of a chat room, no channel: prefixed, so that no client can name another socket's private room (T13). */
export const socketRoom = (room: string) => `room:${room}`;

const roomPrefix = baseChannel("/") + socketRoom("");

/** The channel of a chat room, which only nodes with members of it listen to. */
export const roomEventsChannel = (room: string) => `${roomPrefix}${room}#`;

/** Whether it is the channel of a chat room. */
export const isRoomChannel = (channel: string) => channel.startsWith(roomPrefix);

/** Channel that an instance listens to for as long as its process lives. */
export const livenessChannel = (boot: string) => `chat:live:${boot}`;

const ofRoom = new RegExp(`^${adapterKey}#([^#]*)#([^#]+)#$`);

/**
 * Where a message of the adapter or the emitter is published. They name a channel for everything that goes to one
 * Socket.IO room; only chat rooms have one, what goes to a socket or a user goes to every node.
 */
export function routeOf(channel: string): string {
  const [, namespace = "", room = ""] = ofRoom.exec(channel) ?? [];
  if (room === "" || (namespace === "/" && room.startsWith(socketRoom("")))) return channel;
  return baseChannel(namespace);
}
