// Scripts may use only what the oldest browsers of offices have (package.json: browserslist).
import { readFileSync } from "node:fs";
import compat from "eslint-plugin-compat";

const targets = JSON.parse(readFileSync(new URL("package.json", import.meta.url))).browserslist;

export default [
  {
    ...compat.configs["flat/recommended"],
    settings: { targets },
    languageOptions: { ecmaVersion: 2022, sourceType: "script", globals: { window: "readonly", document: "readonly" } },
  },
];
