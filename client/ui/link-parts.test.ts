import { describe, expect, it } from "vitest";
import { linkParts } from "./link-parts.js";

const links = (text: string) => linkParts(text).flatMap((part) => part.href ?? []);

describe("linkParts", () => {
  it("leaves text without addresses in one piece", () => {
    expect(linkParts("hello")).toEqual([{ text: "hello" }]);
    expect(linkParts("")).toEqual([]);
  });

  it("finds http, https and mailto", () => {
    expect(links("http://a.example and HTTPS://b.example/x?y=1#z, mailto:ann@a.example.")).toEqual([
      "http://a.example",
      "HTTPS://b.example/x?y=1#z",
      "mailto:ann@a.example",
    ]);
  });

  it("never links other schemes", () => {
    expect(links("javascript:alert(1) data:text/html,x file:///etc ftp://a.example vbscript:x")).toEqual([]);
  });

  it("leaves the sentence's punctuation outside", () => {
    expect(links("(see https://a.example/b_(c)).")).toEqual(["https://a.example/b_(c)"]);
    expect(links("https://a.example?!")).toEqual(["https://a.example"]);
  });

  it("ends an address before invisible and direction-changing characters", () => {
    expect(links("https://a.example/\u202Egpj.exe")).toEqual(["https://a.example/"]);
  });

  it("takes no longer for a text that is made to take long", () => {
    // Longer than any message, so that what looks at all dots for each bracket does not come to an end.
    const address = `http://a/${".".repeat(10_000)}x`;
    const closing = ")".repeat(5000);
    expect(linkParts(address + closing)).toEqual([{ text: address, href: address }, { text: closing }]);
    expect(links("https://a.example/[x](y)}])*_.")).toEqual(["https://a.example/[x](y)"]);
  });

  it("changes nothing of the text", () => {
    const text = "a https://a.example, <b>http://b.example</b> http:// mailto: c";
    expect(
      linkParts(text)
        .map((part) => part.text)
        .join(""),
    ).toBe(text);
  });
});
