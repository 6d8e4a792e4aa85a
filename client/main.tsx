import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "./ui/colors.css";
import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.js";
import { loadSession } from "./session.js";
import { ErrorBoundary } from "./ui/error-boundary.js";
import { cssVariables, theme } from "./ui/theme.js";
import told from "./ui/told.module.css";

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no element #root");

void loadSession();

createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <Notifications position="bottom-center" classNames={{ root: told.root ?? "" }} />
      <ErrorBoundary>
        <App />
      </ErrorBoundary>
    </MantineProvider>
  </StrictMode>,
);
