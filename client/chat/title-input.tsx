import { TextInput } from "@mantine/core";
import { limits } from "../../shared/limits.js";

interface Props {
  value: string;
  onChange: (title: string) => void;
}

/** The first field of a dialog about a room. */
export function TitleInput({ value, onChange }: Props) {
  return (
    <TextInput
      data-autofocus
      label="Title"
      maxLength={limits.titleCharacters}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
