import { createConnection } from "node:net";
import type { Connect } from "ubus-js/bus";

export const defaultUbusSocket = "/var/run/ubus/ubus.sock";

/** Connects to ubusd's socket from Node. */
export function connectUnix(path: string = defaultUbusSocket): Connect {
	return (events) => {
		const socket = createConnection({ path });
		let failure: Error | undefined;
		socket.on("data", (bytes) => events.onData(bytes));
		socket.on("error", (error) => {
			failure = error;
		});
		socket.on("close", () => events.onClose(failure));
		return {
			write: (bytes) => {
				socket.write(bytes);
			},
			close: () => {
				socket.destroy();
			},
		};
	};
}
