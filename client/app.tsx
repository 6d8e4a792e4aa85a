import { Center, Loader } from "@mantine/core";
import { lazy, Suspense } from "react";
import { Redirect, Route, Switch } from "wouter";
import { ChatPage } from "./chat/chat-page.js";
import { DocumentTitle } from "./chat/document-title.js";
import { EntryPage } from "./entry/entry-page.js";
import { useChat } from "./store.js";

// Few people are admins: nobody else loads the dashboard.
const AdminPage = lazy(async () => ({ default: (await import("./admin/admin-page.js")).AdminPage }));

function Waiting() {
  return (
    <Center h="100dvh">
      <Loader aria-label="Loading" type="dots" />
    </Center>
  );
}

/** The whole client: the entry until somebody is known, then the page of the address. */
export function App() {
  const session = useChat((state) => state.session);
  if (session.status === "unknown") return <Waiting />;
  if (session.status === "nobody") return <EntryPage ending={session.ending} />;
  return (
    <>
      <DocumentTitle />
      <Switch>
        <Route path="/admin">
          <Suspense fallback={<Waiting />}>
            <AdminPage user={session.user} />
          </Suspense>
        </Route>
        <Route path="/">
          <ChatPage user={session.user} />
        </Route>
        <Route>
          <Redirect to="/" replace />
        </Route>
      </Switch>
    </>
  );
}
