// Clients that are generated from GET /api/openapi.json, in TypeScript and in Go, compile, and make an image.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { after, before, it } from "node:test";
import { promisify } from "node:util";
import { migrate } from "../../local/localtest/migrations.mjs";
import { provide } from "../providers.mjs";
import { bindings } from "../secrets.mjs";
import { nativeTarget } from "../targets.mjs";

const here = import.meta.dirname;
const root = path.resolve(here, "../..");
const folder = path.join(root, ".local/generated");
const exec = promisify(execFile);
let target;

// run runs a program, and returns what it prints.
async function run(directory, program, ...args) {
  try {
    const { stdout } = await exec(program, args, { cwd: directory });
    return stdout;
  } catch (error) {
    throw new Error(`${program} ${args.join(" ")}: ${error.stdout}${error.stderr}`);
  }
}

// project makes a folder with files of another, and the description.
async function project(name, ...files) {
  const directory = path.join(folder, name);
  fs.rmSync(directory, { recursive: true, force: true });
  fs.mkdirSync(directory, { recursive: true });
  for (const file of files) fs.copyFileSync(path.join(here, name, file), path.join(directory, file));
  const described = await fetch(new URL("/api/openapi.json", target.base));
  fs.writeFileSync(path.join(directory, "openapi.json"), await described.text());
  return directory;
}

const made = (user) => ({ user, ledger: true, left: 0, bytes: 70, images: 1 });

before(async () => {
  const binary = path.join(root, ".local/contract-native");
  await run(root, "go", "build", "-o", binary, "./contract/native");
  target = await nativeTarget({ binary, bindings, answer: async (request) => (await provide(request, {})).answer });
  await migrate((statement) => target.sql(statement));
});
after(async () => {
  await target?.stop();
  fs.rmSync(folder, { recursive: true, force: true });
});

it("TypeScript, with openapi-typescript and openapi-fetch", async () => {
  const directory = await project("typescript", "program.ts");
  fs.symlinkSync(path.join(here, "node_modules"), path.join(directory, "node_modules"));
  fs.writeFileSync(path.join(directory, "package.json"), '{ "type": "module" }\n');

  await run(directory, "node_modules/.bin/openapi-typescript", "openapi.json", "-o", "api.d.ts");
  await run(
    directory,
    "node_modules/.bin/tsc",
    "--strict",
    "--noUncheckedIndexedAccess",
    "--target",
    "es2022",
    "--module",
    "nodenext",
    "--types",
    "node",
    "program.ts",
  );

  const printed = await run(directory, "node", "program.js", target.base, bindings.BETTER_AUTH_URL);
  assert.deepEqual(JSON.parse(printed), made("typescript@example.test"));
});

it("Go, with oapi-codegen", async () => {
  const directory = await project("go", "main.go", "go.mod", "go.sum");
  fs.mkdirSync(path.join(directory, "apiclient"));

  const options = ["-generate", "types,client", "-package", "apiclient", "-o", "apiclient/client.go", "openapi.json"];
  await run(directory, "go", "tool", "oapi-codegen", ...options);
  await run(directory, "go", "vet", "./...");

  const printed = await run(directory, "go", "run", ".", target.base);
  assert.deepEqual(JSON.parse(printed), made("go@example.test"));
});
