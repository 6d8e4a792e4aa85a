import { describe, expect, it } from "vitest";
import { checkEntry, placeError } from "./entry-checks.js";

describe("checkEntry", () => {
  it("asks for a name and, where needed, a password", () => {
    expect(checkEntry("guest", "  ", "")?.field).toBe("name");
    expect(checkEntry("guest", "Ann", "")).toBeNull();
    expect(checkEntry("login", "Ann", "")?.field).toBe("password");
    expect(checkEntry("account", "Ann", "short")?.field).toBe("password");
    expect(checkEntry("account", "Ann", "long enough")).toBeNull();
  });

  it("counts code points", () => {
    expect(checkEntry("guest", "🦊".repeat(32), "")).toBeNull();
    expect(checkEntry("guest", "🦊".repeat(33), "")?.field).toBe("name");
  });
});

describe("placeError", () => {
  it("finds the field an error names", () => {
    expect(placeError("invalid", "name: must not be blank").field).toBe("name");
    expect(placeError("invalid", '"password" is too short').field).toBe("password");
    expect(placeError("conflict", "this name is taken").field).toBe("name");
    expect(placeError("unauthenticated", "name or password is wrong").field).toBeNull();
  });
});
