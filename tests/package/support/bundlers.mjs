// Bundles each entry file of this directory with Rollup and with webpack into out/: node bundlers.mjs NAME...
import { fileURLToPath } from "node:url";

// By name, so that nothing but Node, which runs this beside the bundlers, tries to resolve them.
const [{ rollup }, { default: webpack }] = await Promise.all(["rollup", "webpack"].map((name) => import(name)));

const here = fileURLToPath(new URL("./", import.meta.url));

const resolvePackages = {
  name: "resolve packages",
  resolveId: (id) => /^[./]/.test(id) ? null : fileURLToPath(import.meta.resolve(id)),
};

async function withRollup(name) {
  const bundle = await rollup({ input: `${here}${name}.js`, plugins: [resolvePackages] });
  await bundle.write({ file: `${here}out/rollup/${name}.js`, format: "es" });
  await bundle.close();
}

function withWebpack(name) {
  const output = { path: `${here}out/webpack`, filename: `${name}.js` };
  return new Promise((resolve, reject) => {
    webpack({ mode: "production", context: here, entry: `./${name}.js`, output }, (error, stats) => {
      if (error) reject(error);
      else if (stats.hasErrors()) reject(new Error(stats.toString()));
      else resolve();
    });
  });
}

await Promise.all(process.argv.slice(2).flatMap((name) => [withRollup(name), withWebpack(name)]));
