// What is used of the npm packages: their own types are written for Node and would bring all of its globals.

export declare const Buffer: { from(bytes: Uint8Array | string): Uint8Array };

export declare class Duplex {
	constructor(options: {
		read(): void;
		write(chunk: Uint8Array, encoding: string, done: (error?: Error) => void): void;
		writev(chunks: readonly { readonly chunk: Uint8Array }[], done: (error?: Error) => void): void;
		destroy(error: Error | null, done: (error: Error | null) => void): void;
	});
	push(chunk: Uint8Array | null): boolean;
	destroy(error?: Error): this;
}

export interface ClientOptions {
	readonly protocolVersion: 4 | 5;
	readonly clientId: string;
	readonly username?: string;
	readonly password?: string;
	/** Seconds. */
	readonly keepalive: number;
	readonly clean: boolean;
	/** False: what is sent does not put off the next test of the line. */
	readonly reschedulePings: boolean;
	/** 0: never by itself. */
	readonly reconnectPeriod: number;
	readonly connectTimeout: number;
	readonly resubscribe: boolean;
	readonly timerVariant: "native";
	/** False saves 45 MB: no table of all encoded numbers. */
	readonly writeCache: boolean;
	readonly will: { topic: string; payload: Uint8Array; qos: 0 | 1 | 2; retain: boolean };
}

export declare class MqttClient {
	constructor(streamBuilder: () => Duplex, options: ClientOptions);
	readonly connected: boolean;
	on(event: "connect" | "close", callback: () => void): this;
	on(event: "error", callback: (error: Error) => void): this;
	on(event: "message", callback: (topic: string, payload: Uint8Array) => void): this;
	publish(
		topic: string,
		payload: string,
		options: { qos: 0 | 1 | 2; retain: boolean },
		callback: (error?: Error) => void,
	): this;
	subscribe(topics: string[], options: { qos: 0 | 1 | 2 }, callback: (error: Error | null) => void): this;
	end(force: boolean, callback: () => void): this;
}
