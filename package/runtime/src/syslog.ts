import { wallMs } from "./clock.ts";
import { pid } from "./program.ts";
import { Socket } from "./socket.ts";

export type LogLevel = "emerg" | "alert" | "crit" | "error" | "warning" | "notice" | "info" | "debug";

/** syslog(3): in the order of their numbers, 0 to 7. */
const levels: readonly LogLevel[] = ["emerg", "alert", "crit", "error", "warning", "notice", "info", "debug"];
const facilityDaemon = 3;
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const encoder = new TextEncoder();
let connected: Socket | null = null;

/** One datagram to /dev/log under the name "polywan". Dropped where nobody listens or the log daemon is behind. */
export function syslog(level: LogLevel, message: string): void {
	const priority = facilityDaemon * 8 + levels.indexOf(level);
	const line = `<${priority}>${renderTime(new Date(wallMs()))} polywan[${pid()}]: ${message}`;
	const data = encoder.encode(line);
	for (let attempt = 0; attempt < 2; attempt++) {
		const socket = connectLog();
		if (!socket) return;
		try {
			socket.send(data);
			return;
		} catch {
			socket.close(); // the log daemon was started again
			connected = null;
		}
	}
}

function connectLog(): Socket | null {
	if (connected) return connected;
	const socket = Socket.open("unix", "dgram");
	try {
		socket.connect({ family: "unix", path: "/dev/log" });
	} catch {
		socket.close();
		return null;
	}
	connected = socket;
	return socket;
}

/** The time stamp of RFC 3164; log daemons put their own in its place. */
function renderTime(time: Date): string {
	const two = (number: number) => String(number).padStart(2, "0");
	const clock = `${two(time.getUTCHours())}:${two(time.getUTCMinutes())}:${two(time.getUTCSeconds())}`;
	return `${months[time.getUTCMonth()]} ${String(time.getUTCDate()).padStart(2)} ${clock}`;
}
