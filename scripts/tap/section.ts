// deno-lint-ignore-file no-console
/** Measures the section that the first argument names, and prints what it found as JSON. Runs in Deno and in Node. */
import process from "node:process";
import { SECTIONS } from "./sections.ts";

const [, , name, url] = process.argv;
console.log(JSON.stringify(await SECTIONS[name!]!(url!)));
