import "@mantine/core/styles.css";
import "./ui/colors.css";
import { MantineProvider } from "@mantine/core";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.js";
import { loadSession } from "./session.js";
import { ErrorBoundary } from "./ui/error-boundary.js";
import { cssVariables, theme } from "./ui/theme.js";

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no element #root");

void loadSession();

createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <ErrorBoundary>
        <App />
      </ErrorBoundary>
    </MantineProvider>
  </StrictMode>,
);
