import { expect, test } from "vitest";
import { childEnvironment } from "../../src/io/environment.ts";

test("a child sees where things are, and no secret", () => {
  const parent = {
    PATH: "/bin",
    HOME: "/home/me",
    LC_ALL: "C.UTF-8",
    CARGO_HOME: "/cargo",
    NODE_EXTRA_CA_CERTS: "/ca.pem",
    OPENAI_API_KEY: "sk-abc",
    GITHUB_TOKEN: "ghp_abc",
    AWS_SECRET_ACCESS_KEY: "abc",
    DATABASE_URL: "postgres://me:secret@db/x",
    NODE_OPTIONS: "--inspect",
    SSH_AUTH_SOCK: "/run/agent",
    UNSET: undefined,
  };
  expect(childEnvironment(parent, {})).toEqual({
    PATH: "/bin",
    HOME: "/home/me",
    LC_ALL: "C.UTF-8",
    CARGO_HOME: "/cargo",
    NODE_EXTRA_CA_CERTS: "/ca.pem",
  });
});

test("a proxy is passed on, unless its address holds a password", () => {
  const parent = { HTTP_PROXY: "http://proxy:8080", HTTPS_PROXY: "http://me:secret@proxy:8080" };
  expect(childEnvironment(parent, {})).toEqual({ HTTP_PROXY: "http://proxy:8080" });
});

test("what the caller adds is passed on as it is and wins", () => {
  expect(childEnvironment({ HOME: "/home/me" }, { HOME: "/private", API_KEY: "sk-abc" })).toEqual({
    HOME: "/private",
    API_KEY: "sk-abc",
  });
});
