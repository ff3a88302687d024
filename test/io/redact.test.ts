import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { redactor, secretsOf } from "../../src/io/redact.ts";

const shapes = redactor([]);

/** Put together here, so that no scanner takes this file for a leak. */
const secret = (...parts: readonly string[]): string => parts.join("");

describe("token shapes", () => {
  test.each([
    ["an OpenAI key", secret("sk-", "proj-abcdefghijklmnop1234"), "[redacted]"],
    ["a GitHub token", secret("ghp_", "abcdefghijklmnopqrstuvwxyz0123456789"), "[redacted]"],
    ["an AWS key id", secret("AKIA", "ABCDEFGHIJKLMNOP"), "[redacted]"],
    ["an npm token", secret("npm_", "abcdefghijklmnopqrstuvwxyz0123456789"), "[redacted]"],
    ["a bearer header", secret("Authorization: Bearer ", "abcdefghijklmnopqrst"), "Authorization: Bearer [redacted]"],
    ["a password in a URL", secret("postgres://me:", "hunter22@db:5432/x"), "postgres://[redacted]@db:5432/x"],
    [
      "a private key",
      secret("-----BEGIN RSA ", "PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY-----\nafter"),
      "-----BEGIN RSA PRIVATE KEY----- [redacted]\nafter",
    ],
    [
      "a password with an @ in it",
      secret("postgres://me:", "hunter@22:x@db:5432/x"),
      "postgres://[redacted]@db:5432/x",
    ],
    [
      "a private key in a string",
      secret('key = "-----BEGIN ', 'PRIVATE KEY-----\\nMIIE+abc/=\\n-----END PRIVATE KEY-----";'),
      'key = "-----BEGIN PRIVATE KEY----- [redacted]";',
    ],
    [
      "a private key whose end is cut off",
      secret("-----BEGIN ", "PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0B\nAQEFAASCBKcwggSjAgEAAoIB\n[cut]"),
      "-----BEGIN PRIVATE KEY----- [redacted]\n[cut]",
    ],
    [
      "a private key with numbered lines",
      secret("1 | -----BEGIN ", "PRIVATE KEY-----\n2 | MIIEvQIBADANBgkqhkiG9w0B\n3 | AQEFAASCBKcwggSjAgEAAoIB\n4 | }"),
      "1 | -----BEGIN PRIVATE KEY----- [redacted]\n4 | }",
    ],
    ["a JSON web token", secret("eyJhbGciOiJIUzI1", ".eyJzdWIiOiIxMjM0", ".abc-def"), "[redacted]"],
  ])("%s is taken out", (_, text, clean) => {
    expect(shapes(`before ${text} after`)).toBe(`before ${clean} after`);
  });

  test.each([
    ["a test's name", "test/risk-task.test.ts > sk-1 is a short id"],
    ["a URL with a port", "http://127.0.0.1:8000/v1"],
    ["a scoped package in a registry's URL", "https://registry.npmjs.org/@scope/name"],
    ["a short bearer value", "Bearer token-1"],
    [
      "code that looks for a key",
      'const isKey = (text) => text.startsWith("-----BEGIN PRIVATE KEY-----");\nDATA>>>\nAnswer.\n',
    ],
    ["a long word on the line after Bearer", "Bearer\nDATA____________>>>"],
    ["a commit id", "b6589fc6ab0dc82cf12099d1c2d40ab994e8410c"],
  ])("%s stays", (_, text) => {
    expect(shapes(text)).toBe(text);
  });
});

describe("values", () => {
  test("variables with secret names give their values, short ones and paths do not", () => {
    const environment = {
      LLM_API_KEY: "a-local-key-1",
      GITHUB_TOKEN: "some-token-value",
      DB_PASSWORD: "correct horse",
      SHORT_TOKEN: "test",
      TOKEN_FILE: "/run/secrets/token",
      PWD: "/home/me/project",
      KEYBOARD: "qwertyuiop",
      PATH: "/usr/bin:/bin",
    };
    expect([...secretsOf(environment)].sort()).toEqual(["a-local-key-1", "correct horse", "some-token-value"]);
  });

  test("no secret value is left in any text, wherever and however often it stands", () => {
    const value = fc.string({ minLength: 8, maxLength: 24 });
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 4 }), fc.array(fc.string()), (secrets, texts) => {
        const clean = redactor(secrets)(texts.join(secrets[0]) + secrets.join(" "));
        const rest = clean.replaceAll("[redacted]", "");
        expect(secrets.filter((each) => rest.includes(each))).toEqual([]);
      }),
    );
  });

  test.each([
    ["base64", (value: string) => Buffer.from(value).toString("base64")],
    ["base64 for URLs", (value: string) => Buffer.from(value).toString("base64url")],
    ["a URL", encodeURIComponent],
    ["JSON", (value: string) => JSON.stringify(value).slice(1, -1)],
  ])("a value that is written as %s is taken out", (_, write) => {
    const value = 'p"ass/wörd+?>>~ ';
    expect(redactor([value])(`it is ${write(value)} there`)).toMatch(/^it is \[redacted\]=* there$/);
  });

  test("a secret inside of a longer one does not leave the rest of it behind", () => {
    expect(redactor(["12345678", "12345678-and-more"])("x 12345678-and-more y")).toBe("x [redacted] y");
  });
});
