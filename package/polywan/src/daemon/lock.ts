import { lockFile, makeDirectory } from "polywan-runtime/file";
import { STATE_DIRECTORY } from "./state-file.ts";

/** Makes this process the only one that changes the kernel, until it ends. False: another one is. Throws SystemError. */
export function lockDaemon(): boolean {
	makeDirectory(STATE_DIRECTORY, 0o755);
	return lockFile(`${STATE_DIRECTORY}/lock`) !== null;
}
