import { ActionIcon, Menu, useMantineColorScheme } from "@mantine/core";
import { IconDeviceDesktop, IconMoon, IconSun } from "@tabler/icons-react";

const choices = [
  { value: "light", label: "Light", Icon: IconSun },
  { value: "dark", label: "Dark", Icon: IconMoon },
  { value: "auto", label: "As the system", Icon: IconDeviceDesktop },
] as const;

/** The menu items that choose the colours; `hiddenFrom` a width where they stand elsewhere. */
export function ColorSchemeItems({ hiddenFrom }: { hiddenFrom?: "xs" }) {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return choices.map(({ value, label, Icon }) => (
    <Menu.Item
      key={value}
      leftSection={<Icon size={16} />}
      {...(hiddenFrom && { hiddenFrom })}
      {...(value === colorScheme && { "aria-current": true, fw: 650 })}
      onClick={() => setColorScheme(value)}
    >
      {label}
    </Menu.Item>
  ));
}

/** Chooses light, dark or the system's colours; the browser remembers it. */
export function ColorSchemeMenu({ visibleFrom }: { visibleFrom?: "xs" }) {
  const { colorScheme } = useMantineColorScheme();
  const Chosen = choices.find((choice) => choice.value === colorScheme)?.Icon ?? IconDeviceDesktop;
  return (
    <Menu position="bottom-end" width={180}>
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          aria-label="Colours"
          {...(visibleFrom && { visibleFrom })}
        >
          <Chosen size={20} stroke={1.6} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <ColorSchemeItems />
      </Menu.Dropdown>
    </Menu>
  );
}
