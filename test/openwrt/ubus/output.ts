import { type BlobTable, encodeTable } from "ubus-js/codec";
import { statusText, ubusStatus } from "ubus-js/status";
import { renderFields } from "../blob-json.ts";

/** What main() returns to the shell; the shell sees the lowest 8 bits. */
export interface Outcome {
	exitCode: number;
	stderr?: string;
}

export interface Settings {
	socket: string;
	/** For a call or wait_for to end. */
	timeoutS: number;
	/** listen and subscribe end after it; 0: never. */
	listenTimeoutS: number;
	simple: boolean;
	verbose: boolean;
	/** For monitor: these message types alone, when there are any. */
	monitorTypes: readonly string[];
	/** For monitor: "r" what ubusd received, "t" what it sent. */
	monitorDirection: string | undefined;
}

export const succeeded: Outcome = { exitCode: ubusStatus.ok };

/** As the ubus program ends on a status: the text on stderr, the status as exit code. */
export function failed(status: number): Outcome {
	return { exitCode: status, stderr: `Command failed: ${statusText(status)}` };
}

/** A call that failed names itself where nobody watches; its exit code is negative then. */
export function callFailed(args: readonly string[], status: number, settings: Settings): Outcome {
	if (settings.simple || process.stderr.isTTY) return failed(status);
	const words = args.map((word) => `${word} `).join("");
	return { exitCode: -status, stderr: `Command failed: ubus call ${words}(${statusText(status)})` };
}

export function printEvent(type: string, data: BlobTable): void {
	process.stdout.write(`{ "${type}": ${renderFields(encodeTable(data), false)} }\n`);
}
