// The map of an import that has been.

import { showMap } from "./map.js";

showMap();
document.body.dataset.ready = "true";
