import { Alert, createTheme, type CSSVariablesResolver } from "@mantine/core";

/** Colours and type of the client: a quiet sea green on slightly green greys, system fonts only. */
export const theme = createTheme({
  primaryColor: "sea",
  primaryShade: 8,
  autoContrast: true,
  defaultRadius: "md",
  cursorType: "pointer",
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Helvetica Neue', sans-serif",
  headings: { fontWeight: "650" },
  components: {
    // Text in the level's colour is too pale to read on its tint: only the tint tells the level.
    Alert: Alert.extend({
      vars: (_, { color = "sea" }) => ({
        root: {
          "--alert-bg": `color-mix(in srgb, var(--mantine-color-${color}-6) 16%, var(--parley-panel))`,
          "--alert-color": "var(--mantine-color-text)",
        },
      }),
    }),
  },
  colors: {
    sea: [
      "#ecf7f5",
      "#d9eeeb",
      "#b2ddd7",
      "#88cbc3",
      "#66bbb1",
      "#4fb0a5",
      "#37988d",
      "#257e75",
      "#17655e",
      "#0d4f49",
    ],
    dark: [
      "#d7dfdd",
      "#b3bfbc",
      "#97a5a1",
      "#697774",
      "#3c4846",
      "#303b39",
      "#263030",
      "#1b2423",
      "#141b1a",
      "#0e1413",
    ],
  },
});

/** Raises Mantine's dimmed and placeholder text to a contrast of 4.5 and more. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: { "--mantine-color-dimmed": "#566561", "--mantine-color-placeholder": "#66746f" },
  dark: { "--mantine-color-dimmed": "#9dafaa", "--mantine-color-placeholder": "#8d9f9a" },
});
