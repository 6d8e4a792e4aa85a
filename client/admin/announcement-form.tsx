import { Alert, Button, Group, SegmentedControl, Stack, Textarea } from "@mantine/core";
import { type FormEvent, useState } from "react";
import type { AnnouncementLevel } from "../../shared/facts.js";
import { limits } from "../../shared/limits.js";
import { api, errorOf } from "../api.js";
import { countCharacters } from "../ui/characters.js";

const levels: { value: AnnouncementLevel; label: string }[] = [
  { value: "info", label: "Info" },
  { value: "warning", label: "Warning" },
  { value: "critical", label: "Critical" },
];

/** Tells every chat page something; keeps the text when the server refuses it. */
export function AnnouncementForm() {
  const [text, setText] = useState("");
  const [level, setLevel] = useState<AnnouncementLevel>("info");
  const [busy, setBusy] = useState(false);
  const [result, setResult] = useState<{ ok: boolean; message: string } | null>(null);
  const tooLong = countCharacters(text) > limits.textCharacters;

  async function announce(): Promise<void> {
    setBusy(true);
    setResult(null);
    try {
      await api.announce(text, level);
      setText("");
      setResult({ ok: true, message: "Sent to every open chat page." });
    } catch (thrown) {
      setResult({ ok: false, message: errorOf(thrown).message });
    }
    setBusy(false);
  }

  function handleSubmit(event: FormEvent): void {
    event.preventDefault();
    void announce();
  }

  return (
    <form onSubmit={handleSubmit}>
      <Stack gap="sm">
        <Textarea
          label="Text"
          autosize
          minRows={3}
          maxRows={8}
          value={text}
          error={tooLong ? `At most ${limits.textCharacters} characters` : null}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Group justify="space-between" gap="sm">
          <SegmentedControl
            aria-label="Level"
            data={levels}
            value={level}
            onChange={(value) => setLevel(value)}
          />
          <Button type="submit" loading={busy} disabled={text.trim() === "" || tooLong}>
            Announce
          </Button>
        </Group>
        {result && (
          <Alert color={result.ok ? "sea" : "red"} role={result.ok ? "status" : "alert"} py="xs">
            {result.message}
          </Alert>
        )}
      </Stack>
    </form>
  );
}
