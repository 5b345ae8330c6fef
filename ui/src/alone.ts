import "./shared.ts";
import style from "./alone.css";
import { Login } from "./login.tsx";
import { Preferences } from "./preferences.tsx";

/** What LuCI has of its own, and the panel needs where it stands alone. */
export const standing = { Login, Preferences, style };
