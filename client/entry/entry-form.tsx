import { Alert, Button, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { IconAlertCircle } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { limits } from "../../shared/limits.js";
import type { User } from "../../shared/values.js";
import { api, errorOf } from "../api.js";
import { enter } from "../session.js";
import { sentence } from "../ui/sentence.js";
import { checkEntry, type EntryError, type EntryWay, placeError } from "./entry-checks.js";

const texts: Record<EntryWay, { button: string; note: string }> = {
  guest: { button: "Enter as a guest", note: "No password. The name is yours until you leave." },
  login: { button: "Log in", note: "Welcome back." },
  account: { button: "Create account", note: "Keeps your name, and lets you create rooms." },
};

function send(way: EntryWay, name: string, password: string): Promise<{ user: User }> {
  if (way === "guest") return api.enterAsGuest(name);
  return way === "login" ? api.logIn(name, password) : api.createAccount(name, password);
}

/** The form of one way to enter; errors stand at their field. */
export function EntryForm({ way }: { way: EntryWay }) {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<(EntryError & { way: EntryWay }) | null>(null);
  // The fields stay as they are when another way is chosen; an error belongs to the way it was made on.
  const shown = error?.way === way ? error : null;
  const at = (field: EntryError["field"]) => (shown?.field === field ? shown.message : null);

  async function submit(): Promise<void> {
    const wrong = checkEntry(way, name, password);
    setError(wrong && { ...wrong, way });
    if (wrong) return;
    setBusy(true);
    try {
      enter((await send(way, name.trim(), password)).user);
    } catch (thrown) {
      const { code, message } = errorOf(thrown);
      setError({ ...placeError(code, message), way });
      setBusy(false);
    }
  }

  function handleSubmit(event: FormEvent): void {
    event.preventDefault();
    void submit();
  }

  return (
    <form onSubmit={handleSubmit} noValidate>
      <Stack gap="md">
        <Text fz="sm" c="dimmed">
          {texts[way].note}
        </Text>
        {shown?.field === null && (
          <Alert role="alert" color="red" icon={<IconAlertCircle />}>
            {sentence(shown.message)}
          </Alert>
        )}
        <TextInput
          label="Name"
          name="name"
          autoComplete={way === "guest" ? "nickname" : "username"}
          value={name}
          error={at("name")}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        {way !== "guest" && (
          <PasswordInput
            label="Password"
            name="password"
            description={way === "account" ? `At least ${limits.passwordCharacters} characters` : null}
            autoComplete={way === "login" ? "current-password" : "new-password"}
            value={password}
            error={at("password")}
            visibilityToggleButtonProps={{ "aria-label": "Show the password", tabIndex: 0 }}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
        )}
        <Button type="submit" size="md" loading={busy} fullWidth>
          {texts[way].button}
        </Button>
      </Stack>
    </form>
  );
}
