import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const server = "http://127.0.0.1:8080";

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: { outDir: "../dist/client", emptyOutDir: true, assetsInlineLimit: 0 },
  server: {
    // The server compares Origin with Host, so the proxy leaves Host as the browser sent it.
    proxy: {
      "/api": { target: server, changeOrigin: false },
      "/socket.io": { target: server, changeOrigin: false, ws: true },
    },
  },
});
