import { Button, Center, Stack, Text, Title } from "@mantine/core";
import { Component, type ReactNode } from "react";

/** Shows a way back instead of an empty page when drawing fails. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return (
      <Center h="100dvh" p="lg">
        <Stack align="center" gap="sm" role="alert">
          <Title order={2}>Something went wrong</Title>
          <Text c="dimmed" ta="center">
            This page could not be shown. Messages you sent are kept and go out when it is back.
          </Text>
          <Button onClick={() => window.location.reload()}>Reload</Button>
        </Stack>
      </Center>
    );
  }
}
