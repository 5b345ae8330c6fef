import packets from "mqtt-packet";
import { parseCommand } from "../../package/polywan-reports/src/mqtt/command.ts";
import { type Random, seededRandom } from "./random.ts";

export const targets: { name: string; run(iterations: number, seed: number): void }[] = [
	{ name: "mqtt", run: fuzzMqtt },
	{ name: "mqtt-commands", run: fuzzCommands },
];

/** What brokers send: generated packets, mutated and cut at random, as the parser that mqtt.js has takes them. */
export function fuzzMqtt(iterations: number, seed: number): void {
	const random = seededRandom(seed);
	for (let iteration = 0; iteration < iterations; iteration++) {
		const version = random.pick([4, 5]);
		const bytes = mutate(randomStream(random, version), random);
		try {
			feed(bytes, version, random);
		} catch (error) {
			const input = JSON.stringify({ version, bytes: [...bytes] });
			throw new Error(`mqtt: seed ${seed}, iteration ${iteration}: ${input}`, { cause: error });
		}
	}
}

/** An error is told by its event and by nothing else, and ends the parsing. */
function feed(bytes: Buffer, version: number, random: Random): void {
	const parser = packets.parser({ protocolVersion: version });
	let failed = false;
	parser.on("error", (error) => {
		if (!(error instanceof Error)) throw new Error("an error that is none");
		failed = true;
	});
	parser.on("packet", (packet) => {
		if (typeof packet.cmd !== "string") throw new Error("a packet without a command");
	});
	for (let at = 0; at < bytes.length && !failed; ) {
		const length = 1 + random.below(40);
		parser.parse(bytes.subarray(at, at + length));
		at += length;
	}
}

function randomStream(random: Random, version: number): Buffer {
	const count = 1 + random.below(4);
	return Buffer.concat(
		Array.from({ length: count }, () =>
			packets.generate(randomPacket(random, version), { protocolVersion: version }),
		),
	);
}

function randomPacket(random: Random, version: number): packets.Packet {
	const messageId = 1 + random.below(65_535);
	const qos = random.pick([0, 1, 2] as const);
	const reasonCode = version === 5 ? random.pick([0, 16, 128]) : undefined;
	switch (random.below(6)) {
		case 0:
			return {
				cmd: "connack",
				returnCode: random.below(6),
				reasonCode: reasonCode ?? 0,
				sessionPresent: false,
			};
		case 1:
			return {
				cmd: "publish",
				topic: random.pick(["a", "home/polywan/uplink/wan/set", "ü"]),
				payload: Buffer.from(random.bytes(random.below(30))),
				qos,
				retain: random.oneIn(2),
				dup: false,
				...(qos > 0 && { messageId }),
			};
		case 2:
			return { cmd: "puback", messageId, ...(reasonCode !== undefined && { reasonCode }) };
		case 3:
			return { cmd: "suback", messageId, granted: [random.pick([0, 1, 128])] };
		case 4:
			return { cmd: "pubrec", messageId, ...(reasonCode !== undefined && { reasonCode }) };
		default:
			return { cmd: "pingresp" };
	}
}

function mutate(bytes: Buffer, random: Random): Buffer {
	const mutated = Buffer.from(bytes);
	for (let i = random.below(4); i > 0; i--) mutated[random.below(mutated.length)] = random.below(256);
	return random.oneIn(4) ? mutated.subarray(0, random.below(mutated.length + 1)) : mutated;
}

/** A message is one of the commands there are, of names that can be, or none. */
export function fuzzCommands(iterations: number, seed: number): void {
	const random = seededRandom(seed);
	for (let iteration = 0; iteration < iterations; iteration++) {
		const pieces = [
			"home",
			"/",
			"uplink",
			"wan",
			"set",
			"default_policy",
			"+",
			"#",
			"..",
			" ",
			";",
			"\u0000",
			"é",
			"",
		];
		const usual = random.pick(["home/uplink/wan/set", "home/default_policy/set", "home/uplink//set", ""]);
		const topic = usual + Array.from({ length: random.below(4) }, () => random.pick(pieces)).join("");
		const payload = random.oneIn(2)
			? Buffer.from(random.pick(["up", "down ", "auto\n", "balanced", "a b", "x".repeat(200)]))
			: random.bytes(random.below(12));
		const command = parseCommand("home", topic, payload);
		if (command === null) continue;
		const name = command.kind === "uplink" ? command.name : command.target;
		const known = command.kind === "default_policy" || ["up", "down", "auto"].includes(command.action);
		if (!known || !/^\w+$/.test(name) || !topic.endsWith("/set"))
			throw new Error(
				`mqtt-commands: seed ${seed}, iteration ${iteration}: ${JSON.stringify({ topic, payload: [...payload] })}`,
			);
	}
}
