// What MapLibre's own validator has to say of styles: {file: [faults]}, as JSON.

import { readFileSync } from "node:fs";
import { validateStyleMin } from "@maplibre/maplibre-gl-style-spec";

const faults = (file) => validateStyleMin(JSON.parse(readFileSync(file, "utf8"))).map((fault) => fault.message);
console.log(JSON.stringify(Object.fromEntries(process.argv.slice(2).map((file) => [file, faults(file)]))));
