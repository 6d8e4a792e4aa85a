import { Alert, Button, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import type { User } from "../../shared/values.js";
import { errorOf } from "../api.js";
import { useChat } from "../store.js";
import { sentence } from "../ui/sentence.js";
import classes from "./chat.module.css";
import { letIn } from "./members.js";
import peopleClasses from "./people.module.css";
import { isUserId, matching, peopleSeen } from "./people-seen.js";
import { Person } from "./person.js";

interface Props {
  room: string;
  user: User;
  onClose: () => void;
}

/** Lets somebody into a private room: one of those seen elsewhere, or whoever has an id given by hand. */
export function LetInDialog({ room, user, onClose }: Props) {
  const views = useChat((state) => state.views);
  const [search, setSearch] = useState("");
  const [busy, setBusy] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const seen = peopleSeen(views, room, user);
  const found = matching(seen, search);

  async function choose(userId: string): Promise<void> {
    setBusy(userId);
    setError(null);
    try {
      await letIn(room, userId);
      onClose();
    } catch (thrown) {
      setError(sentence(errorOf(thrown).message));
      setBusy(null);
    }
  }

  const button = (userId: string, name: string) => (
    <Button
      size="compact-sm"
      variant="light"
      aria-label={`Let ${name} in`}
      loading={busy === userId}
      disabled={busy !== null && busy !== userId}
      onClick={() => void choose(userId)}
    >
      Let in
    </Button>
  );

  return (
    <Modal opened onClose={onClose} title="Let somebody in" centered>
      <Stack gap="md">
        {error !== null && (
          <Alert color="red" role="alert">
            {error}
          </Alert>
        )}
        <TextInput
          data-autofocus
          label="Name or id"
          description="People in your other rooms are found by name, everybody else by the id in their own menu"
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
        <ul className={`${classes.plain} ${peopleClasses.seen}`}>
          {found.map((person) => (
            <Person key={person.id} person={person} you={false}>
              {button(person.id, person.name)}
            </Person>
          ))}
          {found.length === 0 && isUserId(search) && (
            <li className={peopleClasses.person}>
              <Text fz="sm" flex={1}>
                Whoever has this id
              </Text>
              {button(search.trim(), "whoever has this id")}
            </li>
          )}
        </ul>
        {found.length === 0 && !isUserId(search) && (
          <Text fz="sm" c="dimmed">
            {seen.length === 0
              ? "Nobody else is in your rooms just now."
              : "Nobody of this name is in your rooms just now."}
          </Text>
        )}
      </Stack>
    </Modal>
  );
}
