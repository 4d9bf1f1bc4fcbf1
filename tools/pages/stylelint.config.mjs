// Styles may use only what the oldest browsers of offices have (package.json: browserslist).
import { readFileSync } from "node:fs";

const browsers = JSON.parse(readFileSync(new URL("package.json", import.meta.url))).browserslist;

export default {
  plugins: ["stylelint-no-unsupported-browser-features"],
  rules: {
    "plugin/no-unsupported-browser-features": [true, {
      browsers,
      // Known in part only, and used in the part that is known.
      ignore: ["multicolumn", "outline", "text-size-adjust"],
    }],
  },
};
