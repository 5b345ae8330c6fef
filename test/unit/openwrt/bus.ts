import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UbusConnection, type UbusConnectionOptions } from "ubus-js/bus";
import { connectUnix } from "../../openwrt/node-transport.ts";
import { Broker } from "../../openwrt/ubusd/broker.ts";

/** A bus of its own: the stand-in's broker on a socket in a temporary directory, and the programs connected to it. */
export class TestBus {
	readonly path: string;
	readonly #directory: string;
	readonly #connections: UbusConnection[] = [];
	#server: Server | null = null;
	#broker = new Broker();

	private constructor(directory: string) {
		this.#directory = directory;
		this.path = join(directory, "ubus.sock");
	}

	static async start(): Promise<TestBus> {
		const bus = new TestBus(mkdtempSync(join(tmpdir(), "polywan-ubus-")));
		await bus.startBroker();
		return bus;
	}

	/** A fresh broker that knows nothing of the one before. */
	startBroker(): Promise<void> {
		const broker = new Broker();
		const server = createServer((socket: Socket) => broker.accept(socket));
		this.#broker = broker;
		this.#server = server;
		return new Promise((resolve, reject) => server.on("error", reject).listen(this.path, resolve));
	}

	stopBroker(): Promise<void> {
		const server = this.#server;
		this.#server = null;
		return new Promise((resolve) => {
			if (server === null) return resolve();
			server.close(() => resolve());
			this.#broker.close();
		});
	}

	connect(options: UbusConnectionOptions = {}): UbusConnection {
		const connection = new UbusConnection(connectUnix(this.path), { minBackoffMs: 5, ...options });
		this.#connections.push(connection);
		connection.start();
		return connection;
	}

	async close(): Promise<void> {
		for (const connection of this.#connections) connection.close();
		await this.stopBroker();
		rmSync(this.#directory, { recursive: true, force: true });
	}
}
