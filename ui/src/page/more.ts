import "../shared.ts";
import { AboutPage } from "./about.tsx";
import { LogPage } from "./log.tsx";

/** Pages that are looked at less often come in a script of their own. */
export const morePages = { log: LogPage, about: AboutPage };
