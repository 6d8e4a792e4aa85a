import { Group, Text } from "@mantine/core";

/** The product's mark and name. */
export function Wordmark({ size = 28 }: { size?: number }) {
  return (
    <Group gap={size * 0.32} wrap="nowrap">
      <img src="/icon.svg" width={size} height={size} alt="" />
      <Text span fz={size * 0.75} fw={680} lts="-0.02em" lh={1}>
        Parley
      </Text>
    </Group>
  );
}
