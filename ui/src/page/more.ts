import "../shared.ts";
import { AboutPage } from "./about.tsx";
import { LogPage } from "./log.tsx";
import style from "./more.css";

/** Pages that are looked at less often come in a script of their own. */
export const morePages = { log: LogPage, about: AboutPage, style };
