import { Box, Drawer } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useEffect } from "react";
import type { User } from "../../shared/values.js";
import { useChat } from "../store.js";
import { Wordmark } from "../ui/wordmark.js";
import { Banners } from "./banners.js";
import { ChatHeader } from "./chat-header.js";
import classes from "./chat.module.css";
import { People } from "./people.js";
import { RoomList } from "./room-list.js";
import { RoomPane } from "./room-pane.js";
import { readCurrent } from "./rooms.js";

/** The chat: rooms, the shown room's messages, and who is there. */
export function ChatPage({ user }: { user: User }) {
  const room = useChat((state) => state.current);
  const [roomsOpen, rooms] = useDisclosure();
  const [peopleOpen, people] = useDisclosure();
  // It may have been on the dashboard until now, where nothing was read.
  useEffect(readCurrent, []);
  return (
    <Box className={classes.page}>
      <ChatHeader user={user} onRooms={rooms.open} onPeople={people.open} />
      <Banners />
      <Box className={classes.columns}>
        <Box component="nav" aria-label="Rooms" className={classes.rooms} visibleFrom="sm">
          <RoomList user={user} />
        </Box>
        <Box component="main" className={classes.main}>
          {room !== null && <RoomPane key={room} room={room} user={user} />}
        </Box>
        <Box component="aside" aria-label="Who is here" className={classes.people} visibleFrom="md">
          {room !== null && <People room={room} user={user} />}
        </Box>
      </Box>
      <Drawer
        opened={roomsOpen}
        onClose={rooms.close}
        title={<Wordmark size={26} />}
        aria-label="Rooms"
        size={300}
        hiddenFrom="sm"
      >
        <RoomList user={user} onChosen={rooms.close} />
      </Drawer>
      <Drawer
        opened={peopleOpen}
        onClose={people.close}
        title={<Wordmark size={26} />}
        aria-label="Who is here"
        size={300}
        position="right"
        hiddenFrom="md"
      >
        {room !== null && <People room={room} user={user} />}
      </Drawer>
    </Box>
  );
}
